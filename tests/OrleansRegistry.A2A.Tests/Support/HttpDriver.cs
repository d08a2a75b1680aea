using System.Net;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;

namespace OrleansRegistry.A2A.Tests;

/// <summary>What the drivers of both JSON bindings share.</summary>
internal static class HttpDriver
{
    public static async Task<HttpResponseMessage> SendAsync(
        TestAgent agent, HttpMethod method, string path, string? body, string contentType, (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, contentType);
        }

        if (!headers.Any(header => header.Name == "A2A-Version"))
        {
            request.Headers.Add("A2A-Version", "1.0");
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await agent.Host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    public static bool IsStream(HttpResponseMessage response) => response.Content.Headers.ContentType?.MediaType == "text/event-stream";

    public static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(text.Length > 0, $"{(int)response.StatusCode} without a body");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <param name="details"><c>error.data</c> or <c>error.details</c>.</param>
    public static Fault FaultOf(string message, JsonElement details, object status)
    {
        var info = details.EnumerateArray().Single(detail => TypeOf(detail) == "google.rpc.ErrorInfo");
        var bad = details.EnumerateArray().FirstOrDefault(detail => TypeOf(detail) == "google.rpc.BadRequest");
        var field = bad.ValueKind == JsonValueKind.Undefined ? null : bad.GetProperty("fieldViolations")[0].GetProperty("field").GetString();
        var taskId = info.GetProperty("metadata").TryGetProperty("taskId", out var task) ? task.GetString() : null;
        return new Fault(
            info.GetProperty("reason").GetString()!, info.GetProperty("domain").GetString()!, message, field, taskId, status);
    }

    private static string TypeOf(JsonElement detail) =>
        detail.GetProperty("@type").GetString()!.Replace("type.googleapis.com/", "", StringComparison.Ordinal);
}

/// <summary>Reads server-sent events with the framework's own parser.</summary>
/// <param name="itemOf">The item that the data of an event is.</param>
internal sealed class SseItemReader(HttpResponseMessage response, Stream stream, Func<JsonElement, JsonElement> itemOf) : ItemReader
{
    private readonly SseParser<string> parser = SseParser.Create(stream);
    private IAsyncEnumerator<SseItem<string>>? events;

    public override string? LastEventId => parser.LastEventId is { Length: > 0 } id ? id : null;

    public static async Task<SseItemReader> OpenAsync(HttpResponseMessage response, Func<JsonElement, JsonElement> itemOf)
    {
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return new SseItemReader(response, await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken), itemOf);
    }

    public override async Task<JsonElement?> ReadAsync()
    {
        events ??= parser.EnumerateAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        if (!await events.MoveNextAsync())
        {
            return null;
        }

        Assert.Equal("message", events.Current.EventType);
        return itemOf(JsonDocument.Parse(events.Current.Data).RootElement);
    }

    public override async ValueTask DisposeAsync()
    {
        response.Dispose();
        if (events is not null)
        {
            await events.DisposeAsync();
        }
    }
}
