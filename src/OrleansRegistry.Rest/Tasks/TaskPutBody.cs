namespace OrleansRegistry.Rest.Tasks;

/// <summary>Reads a whole task, as <c>GET /tasks/{id}</c> answers it: what of that is the registry's own is passed over.</summary>
internal static class TaskPutBody
{
    private static readonly RequestMembers.Names Members = new(
        "id", "contextId", "status", "history", "artifacts", "metadata", "agentId", "deadline", "ifGenerationMatch", "leaseToken",
        "historyCount", "artifactCount",
        "kind", "owner", "generation", "createdAt", "updatedAt", "historyTruncated", "artifactsTruncated", "lease", "attempts", "reply",
        "acceptedOutputModes", "repeated");

    private static readonly RequestMembers.Names Status = new("state", "timestamp", "message");

    /// <param name="id">Of the path.</param>
    public static TaskPut Read(ReadOnlyMemory<byte> body, string id)
    {
        var members = new RequestMembers(body, Members);
        if (members.Text("id") is { } named && named != id)
        {
            throw RegistryException.Invalid(members.Field("id"), $"is '{named}', but the path names '{id}'");
        }

        var sent = members.Document("status") ?? throw members.Missing("status", "a task has a status");
        var status = new RequestMembers(sent, Status, "status", members.Field("status") + ".");
        var history = members.Entries("history");
        var artifacts = members.Entries("artifacts");
        CheckWhole(members, "history", "historyCount", history.Count);
        CheckWhole(members, "artifacts", "artifactCount", artifacts.Count);
        return new TaskPut(status.State("state") ?? throw status.Missing("state", "a status has a state"))
        {
            StatusAt = status.Time("timestamp"),
            StatusMessage = status.Document("message"),
            Messages = history,
            Artifacts = artifacts,
            Metadata = members.Document("metadata"),
            ContextId = members.Text("contextId"),
            AgentId = members.Text("agentId"),
            Deadline = members.Time("deadline"),
            IfGeneration = members.Number("ifGenerationMatch", 0),
            LeaseToken = members.Text("leaseToken"),
        };
    }

    /// <summary>A task that was read in part and is put as it was read would lose the rest.</summary>
    private static void CheckWhole(RequestMembers members, string name, string countName, int count)
    {
        if (members.Number(countName, 0) is { } all && all != count)
        {
            throw RegistryException.Invalid(
                members.Field(name), $"has {count:N0}, but {members.Field(countName)} says {all:N0}: a task is put whole");
        }
    }
}
