using System.Text.Json;
using OrleansRegistry.Model;

namespace OrleansRegistry.Storage;

/// <summary>What the stores of one process know of their tasks and contexts beside the records themselves, and the lists made of both.</summary>
internal sealed class RecordIndexes
{
    private readonly TaskIndex tasks = new();
    private readonly ContextIndex contexts = new();

    public static bool Holds(RecordKind kind) => kind is RecordKind.Task or RecordKind.Context;

    /// <summary>The body with its fields as <see cref="RecordBody.Source"/>, read where they are not there; null where they cannot be read, as nobody keeps a store from holding such.</summary>
    public static RecordBody WithFields(RecordKind kind, RecordBody body) => kind switch
    {
        RecordKind.Task => body with { Source = body.Source as TaskFields ?? Try(TaskFields.Read, body.Fields) },
        RecordKind.Context => body with { Source = body.Source as ContextFields ?? Try(ContextFields.Read, body.Fields) },
        _ => body,
    };

    /// <summary>Takes in a record that is stored; called once readers of the store can see it.</summary>
    /// <param name="body">As <see cref="WithFields"/> gave it; null where the record is deleted.</param>
    public void Set(RecordKind kind, RecordKey key, long version, in RecordBody? body)
    {
        if (kind == RecordKind.Task)
        {
            tasks.Set(key, version, body?.Source as TaskFields);
        }
        else if (kind == RecordKind.Context)
        {
            contexts.Set(key, version, body?.Source as ContextFields);
        }
    }

    /// <inheritdoc cref="IRecordStore.ListTasksAsync"/>
    public ValueTask<IReadOnlyList<StoredRecord>> ListTasksAsync(IRecordStore store, TaskFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken) =>
        ReadAsync(
            store, RecordKind.Task, (position, count) => tasks.Page(filter, position, count), IndexPosition.Of(after), limit,
            (record, at) => Try(TaskFields.Read, record.Body.Fields) is { } fields && fields.StatusAt.UtcTicks == at && filter.Matches(record.Key, fields),
            cancellationToken);

    /// <inheritdoc cref="IRecordStore.ListTaskKeysAsync"/>
    public IReadOnlyList<RecordPosition> ListTaskKeys(TaskFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken) =>
        Positions(tasks.Page(filter, IndexPosition.Of(after), limit), limit, cancellationToken);

    /// <inheritdoc cref="IRecordStore.ListContextKeysAsync"/>
    public IReadOnlyList<RecordPosition> ListContextKeys(ContextFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken) =>
        Positions(contexts.Page(filter, IndexPosition.Of(after), limit), limit, cancellationToken);

    /// <inheritdoc cref="IRecordStore.CountTasksAsync"/>
    public IReadOnlyDictionary<TaskState, long> CountTasks(TaskFilter filter) => tasks.Count(filter);

    /// <inheritdoc cref="IRecordStore.SummarizeContextsAsync"/>
    public IReadOnlyList<ContextTasks> SummarizeContexts(string tenant, string owner, IReadOnlyList<string> contextIds, int newest)
    {
        RecordRules.CheckLimit(newest);
        var summaries = new ContextTasks[contextIds.Count];
        for (var i = 0; i < summaries.Length; i++)
        {
            var filter = new TaskFilter(tenant) { Owner = owner, ContextId = contextIds[i] };
            var page = tasks.Page(filter, null, newest);
            summaries[i] = new ContextTasks(
                page.Count < newest ? page.Count : tasks.Count(filter).Values.Sum(),
                [.. page.Select(hit => hit.Key.Id)]);
        }

        return summaries;
    }

    /// <inheritdoc cref="IRecordStore.ListContextsAsync"/>
    public ValueTask<IReadOnlyList<StoredRecord>> ListContextsAsync(
        IRecordStore store, ContextFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken) =>
        ReadAsync(
            store, RecordKind.Context, (position, count) => contexts.Page(filter, position, count), IndexPosition.Of(after), limit,
            (record, at) => Try(ContextFields.Read, record.Body.Fields) is { } fields && fields.UpdatedAt.UtcTicks == at
                && filter.IsOf(fields.Owner),
            cancellationToken);

    /// <summary>Reads the records that an index names. One that has changed meanwhile is left out unless it is still of that place and matches.</summary>
    private static async ValueTask<IReadOnlyList<StoredRecord>> ReadAsync(
        IRecordStore store, RecordKind kind, Func<IndexPosition?, int, List<IndexHit>> next, IndexPosition? position, int limit,
        Func<StoredRecord, long, bool> stillMatches, CancellationToken cancellationToken)
    {
        RecordRules.CheckLimit(limit);
        cancellationToken.ThrowIfCancellationRequested();
        var page = new List<StoredRecord>(limit);
        for (var more = true; more;)
        {
            var asked = limit - page.Count;
            var hits = next(position, asked);
            foreach (var hit in hits)
            {
                if (await store.ReadAsync(kind, hit.Key, cancellationToken) is { } record && (record.Version == hit.Version || stillMatches(record, hit.At)))
                {
                    page.Add(record);
                }

                position = hit.Position;
            }

            more = hits.Count == asked && page.Count < limit;
        }

        return page;
    }

    private static IReadOnlyList<RecordPosition> Positions(List<IndexHit> hits, int limit, CancellationToken cancellationToken)
    {
        RecordRules.CheckLimit(limit);
        cancellationToken.ThrowIfCancellationRequested();
        return [.. hits.Select(hit => new RecordPosition(new DateTimeOffset(hit.At, TimeSpan.Zero), hit.Key))];
    }

    private static T? Try<T>(Func<RawJson, T> read, RawJson fields)
        where T : class
    {
        try
        {
            return read(fields);
        }
        catch (Exception unreadable) when (unreadable is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
