namespace EmbeddedOrleans;

/// <summary>The requests of one activation that wait, and those that run. Guarded by a lock on itself.</summary>
internal sealed class RequestQueue
{
    private readonly List<Request> _running = new(1);

    public List<Request> Waiting { get; } = [];

    public int Running => _running.Count;

    public void Start(Request request) => _running.Add(request);

    public void End(Request request) => _running.Remove(request);

    public List<Request> TakeAll()
    {
        List<Request> all = [.. Waiting];
        Waiting.Clear();
        return all;
    }

    /// <summary>The requests whose callers have waited too long. Those that wait are taken away; those that run go on.</summary>
    public List<Request> TakeOverdue(Func<long, bool> overdue)
    {
        if (_running.Count + Waiting.Count == 0)
        {
            return [];
        }

        List<Request> all = [.. _running.Concat(Waiting).Where(request => request.Sent is { } sent && overdue(sent))];
        Waiting.RemoveAll(all.Contains);
        return all;
    }
}
