using System.Text.Json;

namespace OrleansRegistry.Rest.Tasks;

/// <summary>Reads what is sent to tasks. Messages, artifacts and metadata are slices of the body, left to the registry to judge.</summary>
internal static class TaskBodies
{
    private static readonly RequestMembers.Names Submission =
        new("message", "taskId", "contextId", "agentId", "metadata", "deadline", "acceptedOutputModes", "ifGenerationMatch");

    private static readonly RequestMembers.Names Update =
        new("state", "statusMessage", "messages", "artifacts", "metadata", "ifState", "ifGenerationMatch", "leaseToken", "reply");

    private static readonly RequestMembers.Names CompareAndSet =
        new("from", "to", "ifState", "state", "statusMessage", "ifGenerationMatch", "leaseToken");

    private static readonly RequestMembers.Names Artifact = new("artifact", "append", "lastChunk");

    /// <summary>The key is the caller's to set, from its header.</summary>
    public static TaskSubmission ReadSubmission(ReadOnlyMemory<byte> body)
    {
        var members = new RequestMembers(body, Submission);
        var message = members.Document("message") ?? throw members.Missing("message", "the body must be {\"message\": {…}}, with an A2A message");
        return new TaskSubmission(message)
        {
            TaskId = members.Text("taskId"),
            ContextId = members.Text("contextId"),
            AgentId = members.Text("agentId"),
            Metadata = members.Document("metadata"),
            Deadline = members.Time("deadline"),
            AcceptedOutputModes = members.Texts("acceptedOutputModes") ?? [],
            IfGeneration = members.Number("ifGenerationMatch", 0),
        };
    }

    public static TaskUpdate ReadUpdate(ReadOnlyMemory<byte> body)
    {
        var members = new RequestMembers(body, Update);
        return new TaskUpdate
        {
            State = members.State("state"),
            StatusMessage = members.Document("statusMessage"),
            Messages = members.Entries("messages"),
            Artifacts = [.. members.Entries("artifacts").Select((entry, i) => ReadArtifact(entry, $"{members.Field("artifacts")}[{i}]"))],
            Metadata = members.Document("metadata"),
            Reply = members.Boolean("reply") ?? false,
            IfState = members.State("ifState"),
            IfGeneration = members.Number("ifGenerationMatch", 0),
            LeaseToken = members.Text("leaseToken"),
        };
    }

    public static TaskUpdate ReadCompareAndSet(ReadOnlyMemory<byte> body)
    {
        var members = new RequestMembers(body, CompareAndSet);
        return new TaskUpdate
        {
            IfState = Either(members, "from", "ifState"),
            State = Either(members, "to", "state"),
            StatusMessage = members.Document("statusMessage"),
            IfGeneration = members.Number("ifGenerationMatch", 0),
            LeaseToken = members.Text("leaseToken"),
        };
    }

    private static TaskState Either(RequestMembers members, string name, string other)
    {
        if (members.Has(name) && members.Has(other))
        {
            throw RegistryException.Invalid(members.Field(other), $"is the same as {members.Field(name)}: give one of them");
        }

        return members.State(name)
            ?? members.State(other)
            ?? throw members.Missing(name, "the body must be {\"from\": \"…\", \"to\": \"…\"}, with two states");
    }

    /// <summary>An artifact alone, or <c>{"artifact": {…}, "append": true, "lastChunk": true}</c>.</summary>
    private static ArtifactUpdate ReadArtifact(ReadOnlyMemory<byte> json, string field)
    {
        if (!IsWrapped(json))
        {
            return new ArtifactUpdate(json);
        }

        var members = new RequestMembers(json, Artifact, "artifact update", field + ".");
        return new ArtifactUpdate(
            members.Document("artifact") ?? throw members.Missing("artifact", "it must be an A2A artifact"),
            members.Boolean("append") ?? false,
            members.Boolean("lastChunk") ?? false);
    }

    private static bool IsWrapped(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        return reader.TokenType == JsonTokenType.StartObject && JsonMembers.Has(json, "artifact"u8, "artifacts");
    }
}
