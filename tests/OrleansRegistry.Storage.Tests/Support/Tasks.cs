using OrleansRegistry.Model;
using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests;

/// <summary>Short ways to say which tasks and contexts the tests store.</summary>
internal static class Tasks
{
    /// <summary>A second begins at 20, as some stores look up the second of a time first.</summary>
    public static DateTimeOffset At(int millisecond) => new DateTimeOffset(2026, 1, 2, 3, 4, 4, 980, TimeSpan.Zero).AddMilliseconds(millisecond);

    public static TaskFields Fields(
        int at, TaskState state = TaskState.Submitted, string context = "c", string owner = "o", string? agent = null, int? lease = null, bool webhook = false) =>
        new(context, state, At(at), owner, agent, At(0), At(at), lease is { } end ? At(end) : null, webhook, default);

    public static ContextFields Conversation(int updated, string owner = "o") => new(owner, At(0), At(updated), default);

    public static ValueTask<long> PutTaskAsync(this IRecordStore store, string id, TaskFields fields, long expected = 0, string tenant = "acme") =>
        store.WriteAsync(RecordKind.Task, Key(id, tenant), expected, new RecordBody(Json($$"""{"task":"{{id}}"}"""), fields.Write()) { Source = fields });

    public static ValueTask<long> PutContextAsync(this IRecordStore store, string id, ContextFields fields, long expected = 0, string tenant = "acme") =>
        store.WriteAsync(RecordKind.Context, Key(id, tenant), expected, new RecordBody(Json($$"""{"context":"{{id}}"}"""), fields.Write()) { Source = fields });

    /// <summary>All that match, read in pages.</summary>
    public static async Task<List<StoredRecord>> AllTasksAsync(this IRecordStore store, TaskFilter filter, int pageSize = 1_000)
    {
        var (all, position) = (new List<StoredRecord>(), (RecordPosition?)null);
        while (true)
        {
            var page = await store.ListTasksAsync(filter, position, pageSize);
            all.AddRange(page);
            if (page.Count < pageSize)
            {
                return all;
            }

            position = PositionOf(page[^1]);
        }
    }

    /// <summary>All that match, read in pages.</summary>
    public static async Task<List<StoredRecord>> AllContextsAsync(this IRecordStore store, ContextFilter filter, int pageSize = 1_000)
    {
        var (all, position) = (new List<StoredRecord>(), (RecordPosition?)null);
        while (true)
        {
            var page = await store.ListContextsAsync(filter, position, pageSize);
            var keys = await store.ListContextKeysAsync(filter, position, pageSize);
            Assert.Equal(page.Select(record => new RecordPosition(ContextFields.Read(record.Body.Fields).UpdatedAt, record.Key)), keys);
            all.AddRange(page);
            if (page.Count < pageSize)
            {
                return all;
            }

            position = new RecordPosition(ContextFields.Read(page[^1].Body.Fields).UpdatedAt, page[^1].Key);
        }
    }

    public static async Task<string> IdsAsync(this IRecordStore store, TaskFilter filter, int pageSize = 1_000) =>
        Ids(await store.AllTasksAsync(filter, pageSize));

    public static string Ids(IEnumerable<StoredRecord> records) => string.Join(' ', records.Select(record => record.Key.Id));

    public static RecordPosition PositionOf(StoredRecord task) => new(TaskFields.Read(task.Body.Fields).StatusAt, task.Key);

    /// <summary>What a filter should find, by the plainest means.</summary>
    public static IEnumerable<RecordKey> Expected(TaskFilter filter, IEnumerable<KeyValuePair<RecordKey, TaskFields>> tasks)
    {
        var order = Comparer<RecordKey>.Create(KeyOrder.Compare);
        var matching = tasks.Where(task => filter.Matches(task.Key, task.Value)).ToList();
        return (filter.OldestFirst
            ? matching.OrderBy(task => task.Value.StatusAt).ThenBy(task => task.Key, order)
            : matching.OrderByDescending(task => task.Value.StatusAt).ThenByDescending(task => task.Key, order)).Select(task => task.Key);
    }
}
