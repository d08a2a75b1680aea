using System.Net;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;

namespace OrleansRegistry.Cli;

/// <summary>Follows a stream of events to its end, also over cut connections and registries that end.</summary>
internal sealed class EventTail(RegistryApi api, string path, Terminal terminal)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private string? last;
    private bool isThere;
    private bool isOver;
    private TimeSpan pause = ShortestPause;

    /// <summary>Hands on each event until nothing can follow.</summary>
    /// <param name="take">Gets the event's name and data, and says whether more can follow.</param>
    /// <exception cref="CliException">There is no such thing, or it cannot be read.</exception>
    public async Task RunAsync(Func<string, JsonElement, Task<bool>> take, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await ReadAsync(take, cancellation);
            }
            catch (CliException fault) when (isThere && fault.Code == ExitCode.Unreachable)
            {
                terminal.WriteError($"{fault.Message} Trying again.");
            }
            catch (IOException fault)
            {
                terminal.WriteError($"The connection was cut ({fault.Message.TrimEnd('.')}). Trying again.");
            }

            if (isOver)
            {
                return;
            }

            await Task.Delay(pause, terminal.Time, cancellation);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task ReadAsync(Func<string, JsonElement, Task<bool>> take, CancellationToken cancellation)
    {
        using var request = RegistryApi.Request(HttpMethod.Get, path);
        if (last is not null)
        {
            request.Headers.Add("Last-Event-ID", last);
        }

        using var response = await api.OpenAsync(request, cancellation);
        await api.CheckAsync(response, cancellation);
        if (response.StatusCode == HttpStatusCode.NoContent)
        {
            isOver = true;
            return;
        }

        isThere = true;
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        await foreach (var item in SseParser.Create(stream, Parse).EnumerateAsync(cancellation))
        {
            using var data = item.Data;
            if (item.EventType == "bye")
            {
                return;
            }

            last = item.EventId ?? last;
            pause = ShortestPause;
            if (!await take(item.EventType, data.RootElement))
            {
                isOver = true;
                return;
            }
        }
    }

    private JsonDocument Parse(string eventType, ReadOnlySpan<byte> data)
    {
        try
        {
            return JsonDocument.Parse(data.ToArray(), new JsonDocumentOptions { MaxDepth = 1000 });
        }
        catch (JsonException fault)
        {
            var start = PlainText.Short(Encoding.UTF8.GetString(data), 80);
            throw new CliException(ExitCode.Failed, $"{api.Name} sent an event '{PlainText.Of(eventType)}' that is not JSON: {start}", fault);
        }
    }
}
