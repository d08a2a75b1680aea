using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using ModelContextProtocol;

namespace OrleansRegistry.Mcp.Tests.Tasks;

public sealed class SendMessageTests(McpHost host)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_is_answered_once_the_agent_has_ended_and_progress_told_meanwhile()
    {
        await using var client = await host.ConnectAsync();
        await client.DeployAsync("weather");
        var told = new Told();
        var sending = client.CallAsync("send_message", new { agent_id = "weather", text = "Rain today?" }, told);

        var claimed = await ClaimAsync(client, "weather");
        var lease = claimed.Lease!.Token;
        await host.Tasks.UpdateAsync(
            client.Caller,
            claimed.Id,
            new TaskUpdate { StatusMessage = TextMessage.Agent("Looking."), State = TaskState.Working, LeaseToken = lease },
            Cancellation);
        await told.UntilAsync("Looking.");
        await host.Tasks.UpdateAsync(
            client.Caller,
            claimed.Id,
            new TaskUpdate
            {
                State = TaskState.Completed, Artifacts = [ArtifactUpdate.Text("answer", "Dry.")], Messages = [TextMessage.Agent("Have a nice day.")],
                LeaseToken = lease,
            },
            Cancellation);

        var result = await sending;
        Assert.Equal(("TASK_STATE_COMPLETED", true), (result.Text("state"), result.GetProperty("finished").GetBoolean()));
        Assert.Equal("Dry.", result.Items("artifacts")[0].Items("parts")[0].Text("text"));

        // What came after the message, and not the message itself.
        Assert.Equal("Have a nice day.", result.Items("history")[^1].Items("parts")[0].Text("text"));
        Assert.DoesNotContain("Rain today?", result.ToString(), StringComparison.Ordinal);

        // The client hands out what comes on several threads, so in any order.
        Assert.Distinct(told.Numbers);
    }

    [Fact]
    public async Task A_question_of_the_agent_is_answered_with_the_task()
    {
        await using var client = await host.ConnectAsync();
        await client.DeployAsync("weather");
        var sending = client.CallAsync("send_message", new { agent_id = "weather", text = "Rain today?" });
        var claimed = await ClaimAsync(client, "weather");
        await host.Tasks.UpdateAsync(
            client.Caller,
            claimed.Id,
            new TaskUpdate { State = TaskState.InputRequired, StatusMessage = TextMessage.Agent("Where?"), LeaseToken = claimed.Lease!.Token },
            Cancellation);
        var asked = await sending;
        Assert.True(asked.GetProperty("needs_input").GetBoolean());
        Assert.Equal("Where?", asked.GetProperty("status_message").Items("parts")[0].Text("text"));

        var answering = client.CallAsync("send_message", new { task_id = claimed.Id, text = "Here." });
        var second = await ClaimAsync(client, "weather");
        Assert.Equal(claimed.Id, second.Id);
        await host.Tasks.UpdateAsync(
            client.Caller, second.Id, new TaskUpdate { State = TaskState.Completed, LeaseToken = second.Lease!.Token }, Cancellation);
        Assert.True((await answering).GetProperty("finished").GetBoolean());
    }

    [Fact]
    public async Task Without_waiting_it_answers_at_once_and_get_task_waits()
    {
        await using var client = await host.ConnectAsync();
        await client.DeployAsync("weather");
        var sent = await client.CallAsync(
            "send_message",
            new
            {
                agent_id = "weather", parts = new object[] { new { text = "Rain?" }, new { data = new { where = "here" } } }, wait = false,
                metadata = new { priority = 1 }, message_id = "m1",
            });
        Assert.Equal("TASK_STATE_SUBMITTED", sent.Text("state"));
        Assert.Contains("get_task", sent.Text("hint"), StringComparison.Ordinal);
        var again = await client.CallAsync(
            "send_message",
            new
            {
                agent_id = "weather", parts = new object[] { new { text = "Rain?" }, new { data = new { where = "here" } } }, wait = false,
                metadata = new { priority = 1 }, message_id = "m1",
            });
        Assert.Equal((sent.Text("task_id"), true), (again.Text("task_id"), again.GetProperty("repeated").GetBoolean()));

        var waiting = client.CallAsync("get_task", new { task_id = sent.Text("task_id"), wait_seconds = 30 });
        var claimed = await ClaimAsync(client, "weather");
        await host.Tasks.UpdateAsync(
            client.Caller, claimed.Id, new TaskUpdate { State = TaskState.Failed, LeaseToken = claimed.Lease!.Token }, Cancellation);
        var ended = await waiting;
        Assert.Equal("TASK_STATE_FAILED", ended.Text("state"));
        Assert.Equal("m1", ended.Items("history")[0].Text("messageId"));
        Assert.Equal(1, ended.GetProperty("metadata").GetProperty("priority").GetInt32());
    }

    [Fact]
    public async Task A_wait_ends_with_its_time()
    {
        await using var client = await host.ConnectAsync();
        await client.DeployAsync("weather");
        var sent = await client.CallAsync("send_message", new { agent_id = "weather", text = "Rain?", wait_seconds = 1 });
        Assert.False(sent.GetProperty("finished").GetBoolean());
        Assert.Equal("TASK_STATE_CANCELED", (await client.CallAsync("cancel_task", new { task_id = sent.Text("task_id") })).Text("state"));
    }

    [Fact]
    public async Task A_server_that_stops_ends_waits()
    {
        await using var own = await McpHost.StartAsync();
        await using var client = await own.ConnectAsync();
        await client.DeployAsync("weather");
        var told = new Told();
        var sending = client.CallAsync("send_message", new { agent_id = "weather", text = "Rain?", wait_seconds = 60 }, told);
        await told.UntilAsync("TASK_STATE_SUBMITTED");
        await own.StopAsync();
        Assert.False((await sending).GetProperty("finished").GetBoolean());
    }

    [Fact]
    public async Task A_client_that_goes_cancels_nothing()
    {
        await using var client = await host.ConnectAsync();
        await client.DeployAsync("weather");
        var told = new Told();
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var sending = client.Mcp.CallToolAsync(
            "send_message", new Dictionary<string, object?> { ["agent_id"] = "weather", ["text"] = "Rain?" }, told, cancellationToken: gone.Token);
        await told.UntilAsync("TASK_STATE_SUBMITTED");
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await sending);
        Assert.Equal(TaskState.Working, (await ClaimAsync(client, "weather")).Status.State);
        Assert.DoesNotContain(host.Log, line => line.Contains("unexpectedly", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"text":"x"}""", "invalid", "agent_id")]
    [InlineData("""{"agent_id":"weather"}""", "invalid", "text")]
    [InlineData("""{"agent_id":"weather","text":"x","parts":[{"text":"x"}]}""", "invalid", "text")]
    [InlineData("""{"agent_id":"weather","parts":"x"}""", "invalid", "parts")]
    [InlineData("""{"agent_id":"weather","text":5}""", "invalid", "text")]
    [InlineData("""{"agent_id":"weather","text":"x","wait_seconds":0}""", "invalid", "wait_seconds")]
    [InlineData("""{"agent_id":"weather","text":"x","wait_seconds":301}""", "invalid", "wait_seconds")]
    [InlineData("""{"agent_id":"weather","text":"x","metadata":[]}""", "invalid", "metadata")]
    [InlineData("""{"agent_id":"nobody","text":"x"}""", "not_found", "agent_id")]
    [InlineData("""{"task_id":"none","text":"x"}""", "not_found", "task_id")]
    [InlineData("""{"agent_id":"idle","text":"x"}""", "not_supported", "agent_id")]
    [InlineData("""{"agent_id":"elsewhere","text":"x"}""", "not_supported", "agent_id")]
    public async Task What_cannot_be_sent_is_refused_and_nothing_stored(string arguments, string kind, string field)
    {
        await using var client = await host.ConnectAsync();
        await client.DeployAsync("weather");
        await client.DeployAsync("idle");
        await client.CallAsync("disable_agent", new { agent_id = "idle" });
        await client.CallAsync("deploy_agent", new { agent_card = TestClient.Card("elsewhere"), delivery = "listed" });
        using var parsed = JsonDocument.Parse(arguments);
        var error = await client.FailAsync("send_message", parsed.RootElement);
        Assert.Equal((kind, field), (error.Text("kind"), error.Text("field")));
        Assert.Empty((await client.CallAsync("list_tasks")).Items("tasks"));
    }

    [Fact]
    public async Task A_task_that_is_over_takes_no_more_and_says_so()
    {
        await using var client = await host.ConnectAsync();
        await client.DeployAsync("weather");
        var sent = await client.CallAsync("send_message", new { agent_id = "weather", text = "Rain?", wait = false });
        await client.CallAsync("cancel_task", new { task_id = sent.Text("task_id") });
        var error = await client.FailAsync("send_message", new { task_id = sent.Text("task_id"), text = "Still?" });
        Assert.Equal(("terminal", "TASK_STATE_CANCELED"), (error.Text("kind"), error.Text("state")));
    }

    private async Task<TaskRecord> ClaimAsync(TestClient client, string agent) =>
        await host.Tasks.ClaimAsync(client.Caller, agent, new TaskClaim("w"), Cancellation) ?? throw new InvalidOperationException("No work came.");

    /// <summary>The progress that a client was told of.</summary>
    private sealed class Told : IProgress<ProgressNotificationValue>
    {
        private readonly ConcurrentQueue<ProgressNotificationValue> values = new();
        private readonly Channel<ProgressNotificationValue> more = Channel.CreateUnbounded<ProgressNotificationValue>();

        public IEnumerable<double> Numbers => values.Select(value => (double)value.Progress);

        public void Report(ProgressNotificationValue value)
        {
            values.Enqueue(value);
            more.Writer.TryWrite(value);
        }

        public async Task UntilAsync(string text)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            patience.CancelAfter(TimeSpan.FromSeconds(20));
            while (!(await more.Reader.ReadAsync(patience.Token)).Message!.Contains(text, StringComparison.Ordinal))
            {
            }
        }
    }
}
