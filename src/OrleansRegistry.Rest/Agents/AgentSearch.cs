using OrleansRegistry.Rest.Vectors;

namespace OrleansRegistry.Rest.Agents;

/// <summary>The body of <c>POST /agents/search</c>.</summary>
internal readonly record struct AgentSearch(AgentQuery Query, bool Records)
{
    private static readonly RequestMembers.Names Names = new(
    [
        .. (string[])["query", "q", "search", "vector", "model", "threshold", "sort", "page_size", "page_token", "view"],
        .. AgentFilterMembers.Names,
    ]);

    /// <exception cref="RegistryException">A member is unknown, missing or of a wrong type.</exception>
    public static AgentSearch Read(ReadOnlyMemory<byte> body)
    {
        var members = new RequestMembers(body, Names);
        var query = AgentFilterMembers.Read(members, new AgentQuery
        {
            Text = members.TextOrEmpty("query")
                ?? (members.Has("q") || members.Has("vector")
                    ? ""
                    : throw members.Missing("query", "it must be a string, and may be empty; or send q, the words to rank by, or a vector")),
            Words = members.Text("q"),
            Search = Mode(members.Text("search")),
            Vector = Vector(members),
            Threshold = members.Fraction("threshold"),
            Sort = members.Text("sort") is { } sort ? AgentSort.Parse(sort) : null,
            PageSize = members.PageSize(PageLimit.Agents),
            PageToken = members.Text("page_token"),
        });
        return new AgentSearch(query, members.Text("view") switch
        {
            null or "card" => false,
            "record" => true,
            _ => throw RegistryException.Invalid("view", "must be card or record"),
        });
    }

    private static AgentQueryVector? Vector(RequestMembers members)
    {
        var model = members.Text("model");
        if (members.Document("vector") is { } values)
        {
            return new AgentQueryVector(AgentVectorJson.ReadValues(values.Span, "vector"), model);
        }

        return model is null ? null : throw RegistryException.Invalid("model", "names what made the vector, and there is none");
    }

    /// <exception cref="RegistryException">It is none.</exception>
    public static AgentSearchMode? Mode(string? text) => text is null
        ? null
        : AgentSearchModes.TryParse(text) ?? throw RegistryException.Invalid("search", $"must be {AgentSearchModes.AllNames}");
}
