namespace OrleansRegistry.Cli.Agents;

/// <summary>Registers one agent, and tells what came of it.</summary>
internal static class AgentWrite
{
    /// <param name="id">Null: that of the body, or the card's name.</param>
    /// <param name="body">As <c>POST /agents</c> takes it.</param>
    public static async Task<ExitCode> RunAsync(
        CommandCall call, string? id, ReadOnlyMemory<byte> body, (string Name, string? Value) condition)
    {
        var connection = await call.ConnectAsync(StoreUse.MayCreate);
        using var answer = id is not null
            ? await connection.Api.SendAsync(HttpMethod.Put, ApiPath.Of("agents", id), body, condition, call.Cancellation)
            : await connection.Api.SendAsync(HttpMethod.Post, "agents", body, condition, call.Cancellation);
        if (call.IsJson)
        {
            call.Answer.Document(answer.Bytes);
            return ExitCode.Done;
        }

        var written = answer.Json;
        if (written.Find("review") is { } review)
        {
            call.Answer.Line($"{written.Text("agent_id")} waits for a review (review {review.Text("id")})");
        }
        else
        {
            var done = written.Flag("created") ? "registered" : "replaced";
            call.Answer.Line($"{done} {written.Text("agent_id")} (revision {written.Number("revision")})");
        }

        foreach (var warning in written.Entries("warnings"))
        {
            call.Terminal.WriteNote(PlainText.Of($"warning: {warning.Text("field")}: {warning.Text("message")}"));
        }

        return ExitCode.Done;
    }
}
