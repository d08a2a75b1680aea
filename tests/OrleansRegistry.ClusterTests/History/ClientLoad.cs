namespace OrleansRegistry.ClusterTests;

/// <summary>
/// Clients that take one turn after the other through all replicas until they are told to stop. What each chooses comes from a seed of its own.
/// </summary>
internal abstract class ClientLoad(Uri[] addresses, Random random, int clients)
{
    private readonly int[] seeds = [.. Enumerable.Range(0, clients).Select(_ => random.Next())];
    private volatile bool ending;
    private int failed;
    private int unsent;
    private Task[] running = [];

    /// <summary>Calls that were answered neither with success nor with a refusal, and did not find the port closed.</summary>
    public int Failed => Volatile.Read(ref failed);

    /// <summary>Calls that did.</summary>
    public int Unsent => Volatile.Read(ref unsent);

    /// <summary>Makes what the clients work on, and lets them begin.</summary>
    public async Task StartAsync()
    {
        using var client = new Client(addresses);
        await PrepareAsync(client);
        running = [.. seeds.Select((seed, number) => Task.Run(() => RunAsync(number, new Random(seed))))];
    }

    public async Task StopAsync()
    {
        ending = true;
        await Task.WhenAll(running);
    }

    protected abstract Task PrepareAsync(Client client);

    protected abstract Task TurnAsync(Client client, int number, int turn, Random choices);

    protected void Count(Outcome outcome)
    {
        Interlocked.Add(ref failed, outcome == Outcome.Unknown ? 1 : 0);
        Interlocked.Add(ref unsent, outcome == Outcome.NotSent ? 1 : 0);
    }

    protected static object Message(string id) => new { messageId = id, role = "ROLE_USER", parts = new[] { new { text = id } } };

    private async Task RunAsync(int number, Random choices)
    {
        using var client = new Client(addresses, seconds: 15);
        for (var turn = 0; !ending; turn++)
        {
            await TurnAsync(client, number, turn, choices);
        }
    }
}
