using System.Text;
using System.Text.Json;

namespace OrleansRegistry.Mcp.Tests.Results;

/// <summary>However much there is, a result is bounded, and all of it can be read with tokens.</summary>
public sealed class BoundedResultTests : IAsyncLifetime
{
    private const int Limit = 16 * 1024;

    private McpHost host = null!;
    private TestClient client = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        host = await McpHost.StartAsync(options => options.MaxResultBytes = Limit);
        client = await host.ConnectAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await client.DisposeAsync();
        await host.DisposeAsync();
    }

    [Fact]
    public async Task A_list_of_agents_ends_where_it_is_full()
    {
        for (var i = 0; i < 60; i++)
        {
            await client.DeployAsync($"agent-{i:00}", new string('d', 280));
        }

        var ids = new List<string>();
        var pages = 0;
        for (string? token = null; ;)
        {
            var page = await CallAsync("list_agents", new { page_size = 100, page_token = token });
            pages++;
            ids.AddRange(page.Texts("agents", "agent_id"));
            if ((token = page.Next()) is null)
            {
                break;
            }
        }

        Assert.Equal(Enumerable.Range(0, 60).Select(i => $"agent-{i:00}"), ids);
        Assert.InRange(pages, 2, 5);
    }

    [Fact]
    public async Task A_long_card_comes_in_parts_that_joined_are_the_card()
    {
        var description = string.Concat(Enumerable.Range(0, 5000).Select(i => $"\"Größe\" {i} 🙂 "));
        await client.DeployAsync("long", description);
        var card = (await host.Agents.GetAsync(client.Caller, "long", cancellationToken: Cancellation))!.Card;
        Assert.Equal(card.ToString(), await JoinAsync("describe_agent", token => new { agent_id = "long", page_token = token }));
        Assert.Single((await CallAsync("list_agents", new { })).Items("agents"));
        var error = await client.FailAsync("describe_agent", new { agent_id = "long", page_token = "part:99999999:" });
        Assert.Equal("page_token", error.Text("field"));
    }

    [Fact]
    public async Task What_a_task_has_no_room_for_is_left_out_and_can_be_read()
    {
        await client.DeployAsync("weather");
        var id = (await client.CallAsync("send_message", new { agent_id = "weather", text = new string('q', 30_000), wait = false })).Text("task_id");
        var status = TextMessage.Agent(new string('s', 40_000));
        await host.Tasks.UpdateAsync(
            client.Caller,
            id,
            new TaskUpdate
            {
                StatusMessage = status,
                State = TaskState.Working,
                Artifacts = [ArtifactUpdate.Text("small", "small"), ArtifactUpdate.Text("large", new string('l', 50_000))],
                Messages = [.. Enumerable.Range(0, 12).Select(i => TextMessage.Agent($"{i} {new string('m', 2_000)}"))],
                Metadata = Encoding.UTF8.GetBytes($$"""{"note":"{{new string('n', 20_000)}}"}"""),
            },
            Cancellation);
        var task = await CallAsync("get_task", new { task_id = id, history_length = 100 });
        Assert.Equal("small", Assert.Single(task.Items("artifacts")).Text("artifactId"));
        Assert.InRange(task.Items("history").Length, 2, 6);
        Assert.StartsWith("11 ", task.Items("history")[^1].Items("parts")[0].Text("text"), StringComparison.Ordinal);
        Assert.Equal(["status_message", "artifact", "messages", "metadata"], task.Texts("left_out", "what"));

        var left = task.Items("left_out");
        Assert.Equal(
            Encoding.UTF8.GetString(status.Span),
            await JoinAsync("get_task", token => new { task_id = id, page_token = token }, left[0].Text("page_token")));
        Assert.Contains(
            new string('n', 20_000),
            await JoinAsync("get_task", token => new { task_id = id, page_token = token }, left[3].Text("page_token")),
            StringComparison.Ordinal);
        Assert.Contains(
            new string('l', 50_000),
            await JoinAsync("read_artifacts", token => new { task_id = id, artifact_id = left[1].Text("artifact_id"), page_token = token }),
            StringComparison.Ordinal);
        Assert.Equal("page_token", (await client.FailAsync("get_task", new { task_id = id, page_token = "status:x" })).Text("field"));
        Assert.Equal("page_token", (await client.FailAsync("get_task", new { task_id = id, page_token = "metadata:-1" })).Text("field"));
    }

    [Fact]
    public async Task Messages_are_read_also_where_one_alone_is_longer_than_a_result()
    {
        await client.DeployAsync("weather");
        var id = (await client.CallAsync("send_message", new { agent_id = "weather", text = "first", wait = false })).Text("task_id");
        await host.Tasks.UpdateAsync(
            client.Caller,
            id,
            new TaskUpdate { Messages = [TextMessage.Agent("second"), TextMessage.Agent(new string('m', 50_000)), TextMessage.Agent("last")] },
            Cancellation);
        var read = new StringBuilder();
        for (string? token = null; ;)
        {
            var page = await CallAsync("read_messages", new { task_id = id, page_token = token });
            if (page.TryGetProperty("part", out var part))
            {
                read.Append(part.Text("text"));
            }
            else
            {
                Array.ForEach(page.Items("messages"), message => read.Append(message));
            }

            if ((token = page.Next()) is null)
            {
                break;
            }
        }

        var whole = await host.Tasks.ReadHistoryAsync(client.Caller, id, cancellationToken: Cancellation);
        Assert.Equal(string.Concat(whole.Items.Select(message => message.ToString())), read.ToString());
    }

    [Fact]
    public async Task A_batch_tells_as_many_errors_as_there_is_room_for()
    {
        var result = await CallAsync("deploy_batch", new { agents = Enumerable.Repeat(new { agent_card = new { } }, 900) });
        Assert.Equal(900, result.GetProperty("failed").GetInt32());
        Assert.Equal(900 - result.Items("errors").Length, result.GetProperty("errors_left_out").GetInt32());
        Assert.Equal("too_large", (await client.FailAsync("deploy_batch", new { agents = Enumerable.Repeat(5, 1001) })).Text("kind"));
    }

    private async Task<JsonElement> CallAsync(string tool, object arguments)
    {
        var result = await client.CallAsync(tool, arguments);
        Assert.InRange(Encoding.UTF8.GetByteCount(result.GetRawText()), 1, 2 * Limit);
        var text = (await client.SendAsync(tool, arguments)).Content.OfType<ModelContextProtocol.Protocol.TextContentBlock>().Single().Text;
        Assert.InRange(Encoding.UTF8.GetByteCount(text), 1, Limit);
        return result;
    }

    private async Task<string> JoinAsync(string tool, Func<string?, object> arguments, string? token = null)
    {
        var joined = new StringBuilder();
        do
        {
            var page = await CallAsync(tool, arguments(token));
            joined.Append(page.GetProperty("part").Text("text"));
            token = page.Next();
        }
        while (token is not null);
        return joined.ToString();
    }
}
