using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace OrleansRegistry.Http;

/// <summary>
/// Sends what happens to a task or context as server-sent events, until there is no more, the reader leaves or the server ends. Events are pulled as
/// the reader takes them: a reader too slow for the events that are still held gets the whole task or context again.
/// </summary>
internal sealed class EventStreams(IHostApplicationLifetime lifetime, [RegistryTime] TimeProvider time, IOptions<RegistryHttpOptions> options)
{
    public const string Header = "Last-Event-ID";
    public const string Parameter = "last_event_id";

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    private static readonly UpDownCounter<int> Open = RegistryTelemetry.Meter.CreateUpDownCounter<int>(
        "registry.http.streams", "{stream}", "Streams of server-sent events that are open.");

    /// <summary>The generation of the last event that the reader has; null where it begins.</summary>
    /// <exception cref="RegistryException">It is not a generation.</exception>
    public static long? LastEventOf(HttpRequest request, QueryParameters parameters)
    {
        // A browser that comes back still has the query that it began with, so the header knows better.
        var asked = parameters.Number(Parameter, 0);
        return LastEventOf(request) ?? asked;
    }

    /// <summary>The same, by the header alone.</summary>
    /// <inheritdoc cref="LastEventOf(HttpRequest, QueryParameters)"/>
    public static long? LastEventOf(HttpRequest request)
    {
        var header = request.Headers[Header];
        if (string.IsNullOrEmpty(header))
        {
            return null;
        }

        return header.Count == 1 && long.TryParse(header[0], NumberStyles.None, CultureInfo.InvariantCulture, out var generation)
            ? generation
            : throw RegistryException.Invalid(Header, $"must be the id of an event, not '{header}'");
    }

    /// <summary>Sends all of <paramref name="watch"/>. What can be refused must have been by now: the headers go out first.</summary>
    /// <param name="write">Writes one event.</param>
    /// <param name="end">Tells a reader why the stream ends before there is no more: the refusal, or null where this server ends. By default an event
    /// <c>bye</c> does.</param>
    public async Task SendAsync<T>(
        HttpContext context,
        Func<CancellationToken, IAsyncEnumerable<T>> watch,
        Func<SseWriter, T, Task> write,
        Func<SseWriter, RegistryException?, Task>? end = null)
    {
        LongPoll.Mark(context);
        end ??= SayByeAsync;
        var output = new SseWriter(context);
        await output.StartAsync(Retry);
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        using var expiry = CallerExpiry.Of(context, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping, expiry.Token);
        var events = watch(ending.Token).GetAsyncEnumerator(ending.Token);
        var next = events.MoveNextAsync().AsTask();
        Open.Add(1);
        try
        {
            while (await IsThereAsync(next, output, ending.Token))
            {
                await write(output, events.Current);
                next = events.MoveNextAsync().AsTask();
            }
        }
        catch (OperationCanceledException) when (expiry.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            await end(output, new RegistryException(RegistryError.Unavailable, CallerExpiry.Reason));
        }
        catch (OperationCanceledException)
            when (lifetime.ApplicationStopping.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            await end(output, null);
        }
        catch (RegistryException fault)
        {
            await end(output, fault);
        }
        finally
        {
            Open.Add(-1);
            await ending.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            await events.DisposeAsync();
        }
    }

    /// <summary>Sends one event, whose document is sent as it is written: of a large one no more than a piece is copied for this reader.</summary>
    public static async Task WriteEventAsync(SseWriter output, string? name, long? id, Func<JsonAnswer, ValueTask> write)
    {
        output.BeginEvent(name, id);
        var answer = JsonAnswer.Rent();
        answer.Sink = output.WriteDataAsync;
        await write(answer);
        await answer.FinishAsync();
        await output.EndEventAsync();
    }

    private async Task<bool> IsThereAsync(Task<bool> next, SseWriter output, CancellationToken cancellationToken)
    {
        while (!next.IsCompleted)
        {
            using var quiet = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var heartbeat = Task.Delay(options.Value.EventHeartbeat, time, quiet.Token);
            if (await Task.WhenAny(next, heartbeat) == next)
            {
                await quiet.CancelAsync();
                break;
            }

            await heartbeat;
            output.WriteHeartbeat();
            await output.FlushAsync();
        }

        return await next;
    }

    private static Task SayByeAsync(SseWriter output, RegistryException? fault) => WriteEventAsync(output, "bye", null, answer =>
    {
        answer.Json.WriteStartObject();
        answer.Json.WriteString("reason"u8, fault?.Message ?? "this server is ending; come back with Last-Event-ID");
        answer.Json.WriteEndObject();
        return default;
    });
}
