namespace OrleansRegistry.ClusterTests;

/// <summary>
/// Every kind of load at once, checked from its first call to its last: what was acknowledged is there, once; compare-and-set is linearizable per
/// task; leases have one holder; event streams and the feed lose nothing and keep the order; lists show no phantom.
/// </summary>
internal sealed class WholeLoad : IAsyncDisposable
{
    private readonly Uri[] addresses;
    private readonly Appends agents;
    private readonly TaskLoad tasks;
    private readonly ContextLoad contexts;
    private readonly WorkLoad work;
    private readonly ListWatch lists;
    private readonly DirectoryWatch directory;
    private readonly Followers followers;

    /// <param name="addresses">Of the replicas, changed in place when one is replaced.</param>
    public WholeLoad(string prefix, Uri[] addresses, Random random)
    {
        this.addresses = addresses;
        tasks = new TaskLoad(prefix, addresses, random);
        agents = new Appends(prefix, addresses, random, clients: 3, pauses: true);
        lists = new ListWatch($"{prefix}-list", addresses, random);
        directory = new DirectoryWatch(agents.Ids, addresses, random);
        contexts = new ContextLoad($"{prefix}-own", addresses, random);
        work = new WorkLoad($"{prefix}-work", addresses, random);
        followers = new Followers([.. tasks.Paths, .. contexts.Paths], addresses, random);
    }

    public int Acknowledged { get; private set; }

    /// <summary>Requests that were answered neither with success nor with a refusal.</summary>
    public int Failed => tasks.Failed + agents.Failed + contexts.Failed + work.Failed + lists.Failed + directory.Failed + followers.Refusals;

    /// <summary>Requests that found nobody listening.</summary>
    public int Unsent => tasks.Unsent + agents.Unsent + contexts.Unsent + work.Unsent;

    public async Task StartAsync()
    {
        await Task.WhenAll(tasks.StartAsync(), contexts.StartAsync(), work.StartAsync());
        followers.Start();
        agents.Start();
        lists.Start();
        directory.Start();
    }

    /// <inheritdoc cref="Appends.MoreAsync"/>
    public Task MoreAsync(int writes) => agents.MoreAsync(writes);

    /// <summary>Ends it, and holds every answer against what is stored.</summary>
    /// <returns>What there was of it.</returns>
    public async Task<string> VerifyAsync()
    {
        await Task.WhenAll(tasks.StopAsync(), contexts.StopAsync(), work.StopAsync(), lists.StopAsync());
        await SettleAsync();
        await agents.VerifyAsync(addresses);
        await directory.VerifyAsync();
        await lists.VerifyAsync();
        var worked = await work.VerifyAsync();
        var (written, stored) = await tasks.VerifyAsync();
        var (said, ofContexts) = await contexts.VerifyAsync();
        await followers.VerifyAsync(new Dictionary<string, StoredLog>([.. stored, .. ofContexts]));
        Acknowledged = written + said + worked + agents.Acknowledged;
        return $"acknowledged {written} writes of tasks, {said} of contexts, {agents.Acknowledged} of agents and {worked} under {work.Claims} "
            + "leases, "
            + $"{Failed} calls without an outcome, {followers.Events} events in {followers.Streams} streams, {lists.Lists} lists, {directory.Reads} "
            + "reads of the directory";
    }

    public async ValueTask DisposeAsync()
    {
        followers.Dispose();
        await agents.DisposeAsync();
    }

    /// <summary>
    /// Calls that their clients gave up may still be under way, and change what is being checked: goes on once nothing has changed for a while.
    /// </summary>
    private async Task SettleAsync()
    {
        using var client = new Client(addresses);
        string[] paths = [.. tasks.Paths, .. contexts.Paths];
        long[] before = [];
        for (var settled = Failed == 0; !settled;)
        {
            await Task.Delay(TimeSpan.FromSeconds(5));
            var now = await Task.WhenAll(
                paths.Select(async (path, i) => Stored.GenerationOf((await client.SendAsync(i % client.Replicas, HttpMethod.Get, path)).Body)));
            settled = now.SequenceEqual(before);
            before = now;
        }
    }
}
