using System.Collections.Concurrent;

namespace OrleansRegistry.Requests;

/// <summary>
/// What this process removed for requests that named themselves. Nothing is left of a thing that is gone to remember the request by, so the newest
/// are remembered here, in memory: sent again to this process, the request is answered as it was; to another, it finds nothing.
/// </summary>
internal sealed class RecentRemovals([RegistryTime] TimeProvider time)
{
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<(string Tenant, string Key), (string What, object Answer, DateTimeOffset At)> known = new();
    private readonly ConcurrentQueue<(string Tenant, string Key)> order = new();

    /// <param name="what">Names what is removed.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.KeyReused"/>: the key was sent with the removal of something else.</exception>
    public async Task<T> RunAsync<T>(Caller caller, string what, Func<Task<T>> remove)
        where T : notnull
    {
        if (caller.IdempotencyKey is null)
        {
            return await remove();
        }

        Identifiers.CheckKey(caller.IdempotencyKey);

        var key = (caller.Tenant, RequestMarks.KeyOf(caller));
        if (known.TryGetValue(key, out var done) && time.GetUtcNow() - done.At < RequestMarks.Kept)
        {
            RequestMarks.Check(
                new RequestMark(key.Item2, new RequestFingerprint("remove").Add("what", done.What).ToString(), done.At, 0),
                new RequestFingerprint("remove").Add("what", what));
            return (T)done.Answer;
        }

        var answer = await remove();
        known[key] = (what, answer, time.GetUtcNow());
        order.Enqueue(key);
        while (order.Count > Most && order.TryDequeue(out var oldest))
        {
            known.TryRemove(oldest, out _);
        }

        return answer;
    }
}
