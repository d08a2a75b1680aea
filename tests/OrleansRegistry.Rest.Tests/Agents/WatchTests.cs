using System.Net.ServerSentEvents;
using System.Text.Json;

namespace OrleansRegistry.Rest.Tests;

/// <summary><c>GET /agents:watch</c>.</summary>
public sealed class WatchTests : IAsyncLifetime
{
    private RestHost host = null!;

    public async ValueTask InitializeAsync() => host = await RestHost.StartAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Agents_then_changes_come_as_events_and_go_on_after_the_last()
    {
        await PutAsync("a");
        var last = "";
        await using (var events = await OpenAsync("/agents:watch"))
        {
            Assert.Equal("present", (await events.NextAsync()).EventType);
            var synced = await events.NextAsync();
            Assert.Equal("synced", synced.EventType);
            await PutAsync("b");
            var registered = await events.NextAsync();
            Assert.Equal("registered", registered.EventType);
            Assert.Equal("b", registered.Data.Text("agent_id"));
            Assert.Equal("b", registered.Data.GetProperty("agent").GetProperty("agent_card").Text("name"));
            last = registered.EventId!;
        }

        await PutAsync("c");
        await (await host.Client.SendAsync("DELETE", "/agents/a")).JsonAsync();
        await using var again = await OpenAsync($"/agents:watch?last_event_id={last}");
        Assert.Equal("c", (await again.NextAsync()).Data.Text("agent_id"));
        Assert.Equal("removed", (await again.NextAsync()).EventType);
    }

    [Fact]
    public async Task A_poll_answers_once_something_has_happened()
    {
        await PutAsync("a");
        var first = await (await host.Client.SendAsync("GET", "/agents:watch?wait=5&tag=x")).JsonAsync();
        Assert.Equal(["present", "synced"], first.GetProperty("events").EnumerateArray().Select(each => each.Text("type")));
        var after = first.Number("revision");

        var polling = host.Client.SendAsync("GET", $"/agents:watch?wait=20&tag=x&last_event_id={after}");
        await PutAsync("b");
        var second = await (await polling).JsonAsync();
        var happened = Assert.Single(second.GetProperty("events").EnumerateArray());
        Assert.Equal(("registered", "b"), (happened.Text("type"), happened.Text("agent_id")));

        var idle = await (await host.Client.SendAsync("GET", $"/agents:watch?wait=1&tag=x&last_event_id={second.Number("revision")}")).JsonAsync();
        Assert.Equal(0, idle.GetProperty("events").GetArrayLength());
        Assert.Equal(second.Number("revision"), idle.Number("revision"));
    }

    [Theory]
    [InlineData("wait=0", "wait")]
    [InlineData("wait=61", "wait")]
    [InlineData("wait=soon", "wait")]
    [InlineData("last_event_id=x", "last_event_id")]
    [InlineData("delivery=pigeon", "delivery")]
    [InlineData("q=words", "q")]
    public async Task What_cannot_be_watched_is_refused(string query, string field) =>
        await (await host.Client.SendAsync("GET", "/agents:watch?" + query)).ProblemAsync(400, field);

    private async Task PutAsync(string name) => await (await host.Client.SendAsync(
        "POST", "/agents", $$"""{"name":"{{name}}","description":"","tags":["x"],"skills":[]}""")).JsonAsync();

    private async Task<Events> OpenAsync(string path)
    {
        var response = await host.Client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new Events(response, await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
    }

    private sealed class Events(HttpResponseMessage response, Stream body) : IAsyncDisposable
    {
        private readonly IAsyncEnumerator<SseItem<JsonElement>> events = SseParser
            .Create(body, (_, data) => JsonDocument.Parse(data.ToArray()).RootElement)
            .EnumerateAsync(TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);

        public async Task<SseItem<JsonElement>> NextAsync()
        {
            Assert.True(await events.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20)));
            return events.Current;
        }

        public async ValueTask DisposeAsync()
        {
            await events.DisposeAsync();
            response.Dispose();
        }
    }
}
