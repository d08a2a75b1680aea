namespace OrleansRegistry.Http;

/// <summary>
/// The places of a process: so many requests at once, and a queue of a few more. The queue is one for each tenant, and they take turns; where there is
/// no room for another, the newest of the tenant with the most gives way. So a tenant that floods the server delays another's request by a turn.
/// </summary>
/// <param name="places">How many requests at once.</param>
/// <param name="room">How many may wait.</param>
/// <param name="patience">How long each waits.</param>
internal sealed class ServerPlaces(int places, int room, TimeSpan patience, TimeProvider time)
{
    private static readonly TimeSpan Shortly = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly Dictionary<string, LinkedListNode<Line>> lines = new(StringComparer.Ordinal);

    /// <summary>Those with somebody in them; the first one's turn is next.</summary>
    private readonly LinkedList<Line> turns = [];
    private int running;
    private int waiting;

    public int Running => Volatile.Read(ref running);

    public int Waiting => Volatile.Read(ref waiting);

    /// <summary>Takes a place, after those who wait. <see cref="Leave"/> gives it back.</summary>
    /// <param name="tenant">Empty for nobody's.</param>
    /// <exception cref="LimitException">There is none in time.</exception>
    public ValueTask EnterAsync(string tenant, CancellationToken aborted)
    {
        LinkedListNode<Waiter>? own;
        Waiter? givesWay;
        lock (gate)
        {
            if (running < places)
            {
                running++;
                return default;
            }

            (own, givesWay) = Queue(tenant);
        }

        givesWay?.Refuse();
        return own is null ? throw Full() : new ValueTask(WaitAsync(own, aborted));
    }

    /// <summary>Gives a place back, to whoever's turn is next.</summary>
    public void Leave()
    {
        Waiter? next;
        lock (gate)
        {
            next = turns.First is { } line ? Take(line) : null;
            running -= next is null ? 1 : 0;
        }

        next?.Admit();
    }

    private async Task WaitAsync(LinkedListNode<Waiter> own, CancellationToken aborted)
    {
        try
        {
            await own.Value.Turn.WaitAsync(patience, time, aborted);
        }
        catch (Exception fault) when (fault is TimeoutException or OperationCanceledException)
        {
            lock (gate)
            {
                if (own.List is not null)
                {
                    Remove(own);
                }
            }

            if (own.Value.IsAdmitted)
            {
                // Its turn came in the same moment.
                Leave();
            }

            throw fault is TimeoutException ? Late() : fault;
        }
    }

    /// <returns>The place in the queue, or null where there is none, and whose place it was.</returns>
    private (LinkedListNode<Waiter>? Own, Waiter? GivesWay) Queue(string tenant)
    {
        var known = lines.GetValueOrDefault(tenant);
        Waiter? givesWay = null;
        if (waiting >= room)
        {
            var longest = turns.MaxBy(line => line.Waiters.Count);
            if (longest is null || longest.Waiters.Count <= (known?.Value.Waiters.Count ?? 0) + 1)
            {
                return (null, null);
            }

            givesWay = longest.Waiters.Last!.Value;
            Remove(longest.Waiters.Last);
        }

        if (known is null)
        {
            known = turns.AddLast(new Line(tenant));
            lines.Add(tenant, known);
        }

        waiting++;
        return (known.Value.Waiters.AddLast(new Waiter(known.Value)), givesWay);
    }

    /// <summary>Takes the first of a line, whose next turn is after all others'.</summary>
    private Waiter Take(LinkedListNode<Line> line)
    {
        var first = line.Value.Waiters.First!;
        turns.Remove(line);
        turns.AddLast(line);
        Remove(first);
        first.Value.IsAdmitted = true;
        return first.Value;
    }

    private void Remove(LinkedListNode<Waiter> waiter)
    {
        var line = waiter.Value.Line;
        line.Waiters.Remove(waiter);
        waiting--;
        if (line.Waiters.Count == 0 && lines.Remove(line.Tenant, out var node))
        {
            turns.Remove(node);
        }
    }

    private LimitException Full() => Refusal($"This server works on {places} requests, and {room} more wait for their turn. Try again later.");

    private LimitException Late() =>
        Refusal($"This server has more to do than it can: no turn within {patience.TotalSeconds:0.###} s. Try again later.");

    private static LimitException Refusal(string detail) => new(LimitedBy.Server, LimitOn.Queue, detail, Shortly);

    private sealed record Line(string Tenant)
    {
        public LinkedList<Waiter> Waiters { get; } = [];
    }

    private sealed class Waiter(Line line)
    {
        private readonly TaskCompletionSource turn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Line Line => line;

        public Task Turn => turn.Task;

        /// <summary>It has a place, and will hear of it.</summary>
        public bool IsAdmitted { get; set; }

        public void Admit() => turn.TrySetResult();

        public void Refuse() => turn.TrySetException(new TimeoutException());
    }
}
