using System.Text;
using System.Text.Json;

namespace OrleansRegistry.Tests.Tasks;

/// <summary>Messages, artifacts and the like for tests.</summary>
internal static class Messages
{
    public static ReadOnlyMemory<byte> Bytes(string json) => Encoding.UTF8.GetBytes(json);

    public static ReadOnlyMemory<byte> Message(string? id, string text = "hello", string more = "") =>
        Bytes($$"""
            {{{(id is null ? "" : $"\"messageId\":{JsonSerializer.Serialize(id)},")}}"role":"user",
            "parts":[{"text":{{JsonSerializer.Serialize(text)}}}]{{more}}}
            """);

    public static ArtifactUpdate Artifact(string id, string text, bool append = false, bool last = false) =>
        new(Bytes($$"""{"artifactId":"{{id}}","parts":[{"text":"{{text}}"}]}"""), append, last);

    public static TaskUpdate Say(string id, string text = "more") => new() { Messages = [Message(id, text)] };

    public static TaskUpdate To(TaskState state) => new() { State = state };

    public static string IdOf(RawJson message) => Member(message, "messageId")!;

    public static string? Member(RawJson json, string name)
    {
        using var document = JsonDocument.Parse(json.Utf8);
        return document.RootElement.TryGetProperty(name, out var value) ? value.ToString() : null;
    }

    public static Task<TaskSubmitted> Submit(
        this ITaskRegistry tasks,
        Caller caller,
        string? messageId = null,
        string? taskId = null,
        string? contextId = null,
        string? agent = null) =>
        tasks.SubmitAsync(caller, new TaskSubmission(Message(messageId)) { TaskId = taskId, ContextId = contextId, AgentId = agent });

    /// <summary>The oldest task of the agent that there is now; null for none.</summary>
    public static Task<TaskRecord?> Claim(this ITaskRegistry tasks, Caller caller, string agent, string worker = "w") =>
        tasks.ClaimAsync(caller, agent, new TaskClaim(worker) { Wait = TimeSpan.Zero });

    public static async Task<RegistryException> Refused(RegistryError error, Func<Task> call)
    {
        var refusal = await Assert.ThrowsAsync<RegistryException>(call);
        Assert.True(error == refusal.Error, refusal.ToString());
        return refusal;
    }
}
