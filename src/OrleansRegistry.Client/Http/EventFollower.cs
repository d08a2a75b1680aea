using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>
/// Reads a stream of server-sent events, and goes on after the last one that came where the stream broke. It ends where the registry says that nothing
/// follows; else its reader says so by leaving.
/// </summary>
/// <param name="after">The id of the event to go on after; null to begin.</param>
internal sealed class EventFollower(RegistryHttp http, ApiRequest asked, string? after) : IAsyncDisposable
{
    /// <summary>The registry says something every 15 seconds, if only that it is there.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(60);

    private string? last = after;
    private HttpResponseMessage? response;
    private IAsyncEnumerator<SseItem<JsonDocument>>? events;
    private bool isThere;
    private int tries;

    /// <summary>The lease that the events are read under ends them: once it has, the registry refuses to open the stream again.</summary>
    public bool EndsWithLease { get; init; }

    /// <summary>Told of each break, before the stream is opened again.</summary>
    public Action<string>? Broken { get; init; }

    /// <summary>The next event, whose data lives until it is disposed; null where the registry says that nothing follows.</summary>
    /// <exception cref="RegistryException">There is no such thing, or it cannot be read.</exception>
    public async Task<SseItem<JsonDocument>?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (events is null && !await OpenAsync(cancellationToken))
            {
                return null;
            }

            string? why = null;
            try
            {
                if (await events!.MoveNextAsync())
                {
                    var item = events.Current;
                    if (item.EventType != "bye")
                    {
                        last = item.EventId ?? last;
                        tries = 0;
                        return item;
                    }

                    item.Data.Dispose();
                }
            }
            catch (Exception fault) when (fault is IOException or HttpRequestException && !cancellationToken.IsCancellationRequested)
            {
                why = $"The connection was cut ({fault.Message.TrimEnd('.')}).";
            }

            await CloseAsync();
            if (why is not null)
            {
                Broken?.Invoke(why);
            }

            await http.PauseAsync(null, tries++, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    private async Task<bool> OpenAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                response = await http.OpenAsync(asked with { Headers = [.. asked.Headers, ("Last-Event-ID", last)] }, cancellationToken);
                await http.CheckAsync(response, cancellationToken);
                break;
            }
            catch (Exception fault) when (fault is RegistryException or IOException or HttpRequestException)
            {
                response?.Dispose();
                response = null;
                var refusal = fault as RegistryException;
                if (isThere && EndsWithLease && refusal is { Error: RegistryError.NotFound or RegistryError.Conflict or RegistryError.Forbidden })
                {
                    return false;
                }

                var isAway = refusal?.Error is RegistryError.Busy or RegistryError.Unavailable;
                if (refusal is not null && !http.IsTransient(refusal) && !(isThere && isAway))
                {
                    throw;
                }

                if (!isThere && tries >= http.Retries)
                {
                    throw refusal ?? http.Unreachable(fault);
                }

                if (isThere)
                {
                    Broken?.Invoke(fault.Message);
                }

                await http.PauseAsync(refusal, tries++, cancellationToken);
            }
        }

        if (response.StatusCode == HttpStatusCode.NoContent)
        {
            return false;
        }

        isThere = true;
        var stream = new QuietStream(await response.Content.ReadAsStreamAsync(cancellationToken), LongestSilence, http.Time);
        events = SseParser.Create(stream, Parse).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        return true;
    }

    private async Task CloseAsync()
    {
        if (events is not null)
        {
            await events.DisposeAsync();
            events = null;
        }

        response?.Dispose();
        response = null;
    }

    private JsonDocument Parse(string eventType, ReadOnlySpan<byte> data)
    {
        try
        {
            return JsonDocument.Parse(data.ToArray(), new JsonDocumentOptions { MaxDepth = 1000 });
        }
        catch (JsonException fault)
        {
            var start = System.Text.Encoding.UTF8.GetString(data[..Math.Min(data.Length, 80)]);
            throw new RegistryException(
                RegistryError.NotSupported,
                $"{http.Name} sent an event '{LogText.Id(eventType)}' that is not JSON: {LogText.Escape(start)}",
                null,
                fault);
        }
    }
}
