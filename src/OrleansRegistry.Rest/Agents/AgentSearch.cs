
namespace OrleansRegistry.Rest.Agents;

/// <summary>The body of <c>POST /agents/search</c>.</summary>
internal readonly record struct AgentSearch(AgentQuery Query, bool Records)
{
    /// <exception cref="RegistryException">A member is unknown, missing or of a wrong type.</exception>
    public static AgentSearch Read(ReadOnlyMemory<byte> body)
    {
        var query = new AgentQuery();
        var records = false;
        var seen = new List<string>();
        var members = new JsonMembers(body, "body");
        while (members.Next())
        {
            var name = members.Name;
            if (seen.Contains(name))
            {
                throw RegistryException.Invalid(name, "is there more than once");
            }

            seen.Add(name);
            if (members.IsAbsent && name != "query")
            {
                continue;
            }

            if (name == "view")
            {
                records = IsRecord(members.Value);
            }
            else
            {
                query = With(query, name, members);
            }
        }

        return query.Text is null
            ? throw RegistryException.Invalid("query", "is missing; it must be a string, and may be empty")
            : new AgentSearch(query, records);
    }

    private static AgentQuery With(AgentQuery query, string name, in JsonMembers members) => name switch
    {
        "query" => query with { Text = JsonValues.Text(members.Value, name) },
        "skills" => query with { Skills = Given(members, name) },
        "tags" => query with { Tags = Given(members, name) },
        "category" => query with { Category = JsonValues.Text(members.Value, name) },
        "capability" => query with { Capability = JsonValues.Text(members.Value, name) },
        "provider" => query with { Provider = JsonValues.Text(members.Value, name) },
        "enabled" => query with { Enabled = JsonValues.Boolean(members.ValueType, name) },
        "page_size" => query with { PageSize = JsonValues.Integer(members.Value, name, 1, AgentQuery.MaxPageSize) },
        "page_token" => query with { PageToken = JsonValues.Text(members.Value, name) },
        _ => throw RegistryException.Invalid(
            name,
            "is no member of a search; it takes query, skills, tags, category, capability, provider, enabled, page_size, page_token, view"),
    };

    private static IReadOnlyList<string> Given(in JsonMembers members, string name) => [.. JsonValues.Texts(members.Value, name).Where(text => text.Length > 0)];

    private static bool IsRecord(ReadOnlyMemory<byte> value) => JsonValues.Text(value, "view") switch
    {
        "card" => false,
        "record" => true,
        _ => throw RegistryException.Invalid("view", "must be card or record"),
    };
}
