using OrleansRegistry.Mcp.Answers;
using OrleansRegistry.Mcp.Tools;

namespace OrleansRegistry.Mcp.Tasks;

/// <summary>Tells a client that asked for it how a task goes on: each status, and of artifacts and messages no more than it can read.</summary>
internal sealed class TaskProgress(ToolCall call, TimeProvider time)
{
    private const int MostText = 300;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    // As the protocol asks, the number rises each time.
    private int number;
    private long last;
    private string state = "";

    public async Task TellAsync(TaskStatus status)
    {
        state = status.State.ToV10();
        var said = MessageText.Of(status.Message, MostText);
        await SendAsync(said.Length > 0 ? $"{state}: {said}" : state);
    }

    public async Task TellAsync(TaskEvent change)
    {
        if ((change.Snapshot?.Status ?? change.Status) is { } status)
        {
            await TellAsync(status);
        }

        if (change.Artifacts is { Count: > 0 } artifacts)
        {
            await SendSomeAsync($"{state}: artifact '{MessageText.NameOf(artifacts[^1].Json, MostText)}'");
        }
        else if (change.Messages is { Count: > 0 } messages && MessageText.Of(messages[^1], MostText) is { Length: > 0 } said)
        {
            await SendSomeAsync($"{state}: {said}");
        }
    }

    public Task TellAliveAsync() => SendAsync(state);

    private Task SendSomeAsync(string message) =>
        call.WantsProgress && time.GetElapsedTime(last) >= Pause ? SendAsync(message) : Task.CompletedTask;

    private async Task SendAsync(string message)
    {
        if (call.WantsProgress)
        {
            last = time.GetTimestamp();
            await call.TellProgressAsync(++number, AnswerDocuments.Cut(message, 2 * MostText));
        }
    }
}
