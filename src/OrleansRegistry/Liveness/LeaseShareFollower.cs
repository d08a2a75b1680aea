namespace OrleansRegistry.Liveness;

/// <summary>What one process has told one <see cref="ILeaseGrain"/>, and has still to tell it.</summary>
/// <param name="find">Called once there is something to tell: before that, a process may not know of such grains.</param>
internal sealed class LeaseShareFollower(Func<ILeaseGrain> find)
{
    private readonly Lock gate = new();
    private ILeaseGrain? found;
    private readonly Dictionary<LeaseKey, Known> known = [];
    private readonly Dictionary<LeaseKey, LeaseTold> news = [];
    private readonly Dictionary<LeaseKey, LeaseTold> gone = [];

    /// <summary>Of the activation that was told; 0 where all is still to be told.</summary>
    private long epoch;

    /// <summary>The call that is under way, or was the last: there is one at a time.</summary>
    public Task Call { get; set; } = Task.CompletedTask;

    /// <summary>Whether there is anything to ask.</summary>
    public bool IsNeeded
    {
        get
        {
            lock (gate)
            {
                return known.Count > 0 || gone.Count > 0;
            }
        }
    }

    /// <summary>The directory has this lease, in this look at all of it.</summary>
    /// <param name="revision">Of the agent.</param>
    public void See(in LeaseKey key, AgentLease lease, long revision, long history, long look)
    {
        lock (gate)
        {
            if (!known.TryGetValue(key, out var had) || had.Told.Revision != revision || had.Told.History != history)
            {
                var told = new LeaseTold(key, lease, history, revision);
                if (had.Told is null || had.Told.Lease != told.Lease || had.Told.History != history || news.ContainsKey(key))
                {
                    news[key] = told;
                    gone.Remove(key);
                }

                had = new Known(told, look);
            }

            known[key] = had with { Look = look };
        }
    }

    /// <summary>What was not seen in this look is gone.</summary>
    public void EndLook(long look)
    {
        lock (gate)
        {
            foreach (var (key, had) in known.Where(had => had.Value.Look != look).ToList())
            {
                known.Remove(key);
                news.Remove(key);
                gone[key] = had.Told;
            }
        }
    }

    /// <summary>A verdict on this was void: there is another lease by now, or none.</summary>
    public void End(LeaseTold told)
    {
        lock (gate)
        {
            gone.TryAdd(told.Key, told);
        }
    }

    /// <summary>Tells the grain what is new, and asks what is to be written.</summary>
    public async Task<IReadOnlyList<LeaseVerdict>> AskAsync(int most)
    {
        LeaseNews told;
        lock (gate)
        {
            told = new LeaseNews([.. news.Values], [.. gone.Values]);
            news.Clear();
            gone.Clear();
        }

        long now = 0;
        try
        {
            var answer = await (found ??= find()).Judge(told, most);
            now = answer.Epoch;
            return answer.Verdicts;
        }
        finally
        {
            lock (gate)
            {
                if (now == 0 || (epoch != 0 && epoch != now))
                {
                    // It got nothing of this, or is another activation, which got nothing of what came before.
                    foreach (var (key, had) in known)
                    {
                        news.TryAdd(key, had.Told);
                    }
                }

                epoch = now;
            }
        }
    }

    private readonly record struct Known(LeaseTold Told, long Look);
}
