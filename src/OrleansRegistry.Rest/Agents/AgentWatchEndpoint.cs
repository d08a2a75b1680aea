using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Agents;

/// <summary><c>GET /agents:watch</c>: the agents of a query, and then what happens to them, as a stream or by long polls.</summary>
internal sealed class AgentWatchEndpoint(IAgentRegistry registry, EventStreams streams, LongPoll polls)
{
    /// <summary>So many events end a poll that has some.</summary>
    private const int MostOfPoll = 1_000;

    private const int FlushBytes = 64 * 1024;
    private const int EventBytes = 256;

    /// <summary>A poll that has an event waits so long for those that come with it.</summary>
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(20);

    public void Map(ApiRoutes routes) =>
        routes.Get("/agents:watch", WatchAsync, AgentDocs.Operation("watchAgents", "The agents of a query, and then what happens to them")
            .Says("As server-sent events: present for each agent that there is, synced, and then registered, updated, status (enabled or disabled), "
                + "removed, entered and left (it has changed so that the query finds it now, or no longer), in the order of revisions, which are "
                + "the events' ids. reset: what happened in between is not known any more; all agents follow. bye is said by a server that ends: "
                + "come back with Last-Event-ID. With wait, one answer of what happened after the revision, once something has.")
            .Filtered()
            .Resumable()
            .Query("wait", "How many seconds to wait for an event, 1 to 60: answers JSON in place of a stream.", "integer")
            .AnswerEvents("The events; with wait {\"events\": [{\"type\", \"revision\", \"agent_id\", \"agent\"}], \"revision\"}.")
            .Problems(400, 503));

    private async Task WatchAsync(HttpContext context)
    {
        var parameters = new QueryParameters(context);
        var query = AgentListEndpoints.Filters(parameters);
        var after = EventStreams.LastEventOf(context.Request, parameters);
        var wait = parameters.Number("wait", 1);
        if (wait > LongPoll.MaxSeconds)
        {
            throw RegistryException.Invalid("wait", $"must be an integer from 1 to {LongPoll.MaxSeconds}");
        }

        var caller = context.GetCaller();
        if (wait is { } seconds)
        {
            await PollAsync(context, TimeSpan.FromSeconds(seconds), after, ending => registry.WatchAsync(caller, query, after, ending));
            return;
        }

        // What can be refused is refused here, before the stream begins.
        _ = registry.WatchAsync(caller, query, after, context.RequestAborted);
        await streams.SendAsync(context, ending => registry.WatchAsync(caller, query, after, ending), WriteAsync);
    }

    private async Task PollAsync(HttpContext context, TimeSpan wait, long? after, Func<CancellationToken, IAsyncEnumerable<AgentEvent>> watch)
    {
        var events = await polls.RunAsync(context, wait, (longest, ending) => CollectAsync(longest, watch, ending));
        context.Response.ContentType = JsonContentType.Json;

        // As fast as the client takes it: it may be all agents.
        var output = context.Response.BodyWriter;
        var unsent = 0;
        output.Write("{\"events\":["u8);
        foreach (var (i, happened) in events.Index())
        {
            unsent += Write(output, happened, isFirst: i == 0);
            if (unsent >= FlushBytes)
            {
                await SlowReaders.FlushAsync(context);
                unsent = 0;
            }
        }

        var revision = events.LastOrDefault(happened => happened.Revision is not null)?.Revision ?? after;
        output.Write(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"]{(revision is null ? "" : $",\"revision\":{revision}")}}}")));
        await SlowReaders.FlushAsync(context);
    }

    /// <returns>How many bytes that are, about.</returns>
    private static int Write(IBufferWriter<byte> output, AgentEvent happened, bool isFirst)
    {
        if (!isFirst)
        {
            output.Write(","u8);
        }

        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, AgentEvent.NameOf(happened.Kind));
            Write(json, happened);
            json.WriteEndObject();
        }

        return EventBytes + (happened.Agent?.Card.Length ?? 0);
    }

    /// <summary>What comes until nothing more does for a moment; all of a snapshot, which no poll goes on in the middle of.</summary>
    private static async Task<List<AgentEvent>> CollectAsync(
        TimeSpan longest, Func<CancellationToken, IAsyncEnumerable<AgentEvent>> watch, CancellationToken cancellationToken)
    {
        var events = new List<AgentEvent>();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        enough.CancelAfter(longest);
        try
        {
            await foreach (var happened in watch(enough.Token))
            {
                events.Add(happened);
                var isInSnapshot = happened.Kind is AgentEventKind.Present or AgentEventKind.Reset;
                if (!isInSnapshot && events.Count >= MostOfPoll)
                {
                    break;
                }

                enough.CancelAfter(isInSnapshot ? Timeout.InfiniteTimeSpan : Together);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return events;
        }

        return events;
    }

    private static Task WriteAsync(SseWriter output, AgentEvent happened) =>
        EventStreams.WriteEventAsync(output, AgentEvent.NameOf(happened.Kind), happened.Revision, answer =>
        {
            answer.Json.WriteStartObject();
            Write(answer.Json, happened);
            answer.Json.WriteEndObject();
            return default;
        });

    private static void Write(Utf8JsonWriter json, AgentEvent happened)
    {
        json.WriteGiven("revision", happened.Revision);

        json.WriteGiven("agent_id", happened.AgentId);

        if (happened.Agent is { } agent)
        {
            var record = new ArrayBufferWriter<byte>(AgentJson.Measure(agent));
            AgentJson.WriteRecord(record, agent);
            json.WritePropertyName("agent"u8);
            json.WriteRawValue(record.WrittenSpan, skipInputValidation: true);
        }
    }
}
