namespace OrleansRegistry.Rest;

/// <summary>Further names of query parameters, by the first: most of them as A2A has them.</summary>
internal static class QueryAliases
{
    public static IReadOnlyDictionary<string, string[]> All { get; } = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["context_id"] = ["contextId"],
        ["state"] = ["status"],
        ["agent_id"] = ["agentId"],
        ["status_timestamp_after"] = ["statusTimestampAfter", "updated_since"],
        ["page_size"] = ["pageSize"],
        ["page_token"] = ["pageToken"],
        ["history_length"] = ["historyLength"],
        ["include_artifacts"] = ["includeArtifacts"],
        ["current_generation"] = ["currentGeneration"],
    };
}
