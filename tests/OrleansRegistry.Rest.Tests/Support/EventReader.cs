using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace OrleansRegistry.Rest.Tests;

/// <summary>Reads server-sent events with the framework's own parser.</summary>
internal sealed class EventReader : IAsyncDisposable
{
    private readonly HttpResponseMessage response;
    private readonly SseParser<string> parser;
    private readonly IAsyncEnumerator<SseItem<string>> events;

    private EventReader(HttpResponseMessage response, Stream stream)
    {
        this.response = response;
        parser = SseParser.Create(stream);
        events = parser.EnumerateAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
    }

    public string LastEventId => parser.LastEventId;

    public TimeSpan Retry => parser.ReconnectionInterval;

    public static async Task<EventReader> OpenAsync(HttpClient client, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.ToString());
        return new EventReader(response, await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>The next event, which must be called so.</summary>
    public async Task<JsonElement> NextAsync(string name)
    {
        Assert.True(await events.MoveNextAsync(), $"the stream ended before '{name}'");
        Assert.Equal(name, events.Current.EventType);
        return JsonDocument.Parse(events.Current.Data).RootElement;
    }

    public async Task EndAsync() => Assert.False(await events.MoveNextAsync(), "the stream goes on");

    public async ValueTask DisposeAsync()
    {
        await events.DisposeAsync();
        response.Dispose();
    }
}
