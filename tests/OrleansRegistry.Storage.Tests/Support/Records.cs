using System.Text;

namespace OrleansRegistry.Storage.Tests;

/// <summary>Short ways to say what the tests store.</summary>
internal static class Records
{
    public static RecordKey Key(string id, string tenant = "acme") => new(tenant, id);

    public static RecordBody Body(string text) => new(Json($$"""{"name":"{{text}}"}"""), Json("""{"enabled":true}"""));

    public static RecordBody BodyOf(int bytes) => new(Json($"\"{new string('x', bytes - 2)}\""), default);

    public static RawJson Json(string text) => RawJson.FromValid(Encoding.UTF8.GetBytes(text));

    public static ValueTask<long> PutAsync(this IRecordStore store, string id, long expected, string text) =>
        store.WriteAsync(AgentKind.Kind, Key(id), expected, Body(text));

    public static ValueTask<long> DropAsync(this IRecordStore store, string id, long expected) =>
        store.DeleteAsync(AgentKind.Kind, Key(id), expected);

    public static ValueTask<StoredRecord?> GetAsync(this IRecordStore store, string id) => store.ReadAsync(AgentKind.Kind, Key(id));

    public static async Task<Dictionary<RecordKey, StoredRecord>> AllAsync(this IRecordStore store) =>
        await (await store.ScanAsync(AgentKind.Kind)).Records.ToDictionaryAsync(record => record.Key);

    /// <summary>The feed after <paramref name="revision"/> up to what is committed now.</summary>
    public static async Task<List<RecordChange>> ChangesAsync(this IRecordStore store, long revision)
    {
        var (changes, end) = (new List<RecordChange>(), await store.CurrentRevisionAsync(AgentKind.Kind));
        while (revision < end)
        {
            var batch = await store.ReadChangesAsync(AgentKind.Kind, revision);
            changes.AddRange(batch.Changes);
            revision = batch.Revision;
        }

        return changes;
    }
}
