namespace OrleansRegistry.Rest.Agents;

/// <summary>Parts that the descriptions of several agent endpoints share.</summary>
internal static class AgentDocs
{
    public static ApiOperation Operation(string operationId, string summary) => new ApiOperation(operationId, "Agents", summary).WithRevision();

    public static ApiOperation Agent(string operationId, string summary) => Operation(operationId, summary)
        .Path("id", "The agent's id. A slash in it is written %2F.");

    public static ApiOperation Conditional(this ApiOperation operation) => operation
        .Header("If-Match", "Write only if the agent has this entity tag (its revision); * if there is such an agent.")
        .Header("If-None-Match", "*: write only if there is no such agent.");

    public static ApiOperation Filtered(this ApiOperation operation) => AgentFilterMembers.Describe(operation.Query(
        "query",
        "A substring of the name, the description or a skill's id, whatever its case. It and the filters find accented letters "
            + "composed or decomposed alike."));
}
