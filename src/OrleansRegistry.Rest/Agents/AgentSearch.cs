namespace OrleansRegistry.Rest.Agents;

/// <summary>The body of <c>POST /agents/search</c>.</summary>
internal readonly record struct AgentSearch(AgentQuery Query, bool Records)
{
    private static readonly RequestMembers.Names Names =
        new("query", "q", "skills", "tags", "category", "capability", "provider", "enabled", "delivery", "page_size", "page_token", "view");

    /// <exception cref="RegistryException">A member is unknown, missing or of a wrong type.</exception>
    public static AgentSearch Read(ReadOnlyMemory<byte> body)
    {
        var members = new RequestMembers(body, Names);
        var query = new AgentQuery
        {
            Text = members.TextOrEmpty("query")
                ?? (members.Has("q") ? "" : throw members.Missing("query", "it must be a string, and may be empty; or send q, the words to rank by")),
            Words = members.Text("q"),
            Skills = Given(members, "skills"),
            Tags = Given(members, "tags"),
            Category = members.Text("category"),
            Capability = members.Text("capability"),
            Provider = members.Text("provider"),
            Enabled = members.Boolean("enabled"),
            Delivery = members.Delivery("delivery"),
            PageSize = members.PageSize(PageLimit.Agents),
            PageToken = members.Text("page_token"),
        };
        return new AgentSearch(query, members.Text("view") switch
        {
            null or "card" => false,
            "record" => true,
            _ => throw RegistryException.Invalid("view", "must be card or record"),
        });
    }

    private static IReadOnlyList<string> Given(RequestMembers members, string name) =>
        [.. (members.Texts(name) ?? []).Where(text => text.Length > 0)];
}
