namespace OrleansRegistry.ClusterTests;

/// <summary>
/// Clients that write a few shared tasks or contexts, each write one message and one generation, so that the end tells what came of every answer.
/// </summary>
/// <param name="kind">The path of what they share: <c>tasks</c> or <c>contexts</c>.</param>
internal abstract class HistoryLoad(
    string kind,
    string prefix,
    Uri[] addresses,
    Random random,
    int things,
    int clients) : ClientLoad(addresses, random, clients)
{
    private readonly Uri[] addresses = addresses;

    public IReadOnlyList<string> Ids { get; } = [.. Enumerable.Range(0, things).Select(i => $"{prefix}-{i}")];

    public IReadOnlyList<string> Paths { get; } = [.. Enumerable.Range(0, things).Select(i => $"/{kind}/{prefix}-{i}")];

    protected IReadOnlyList<TaskHistory> Histories { get; } = [.. Enumerable.Range(0, things).Select(_ => new TaskHistory())];

    /// <summary>The queries by which each replica is to read them in the end.</summary>
    protected abstract IReadOnlyList<string> Reads { get; }

    /// <summary>Holds every answer against what is stored, as every replica reads it.</summary>
    /// <returns>How many writes were acknowledged, and the messages of each, by its path.</returns>
    public async Task<(int Acknowledged, IReadOnlyDictionary<string, StoredLog> Logs)> VerifyAsync()
    {
        using var client = new Client(addresses);
        var (acknowledged, stored) = (0, new Dictionary<string, StoredLog>());
        for (var i = 0; i < things; i++)
        {
            var messages = await Stored.MessagesAsync(client, i % client.Replicas, Paths[i]);
            stored[Paths[i]] = new StoredLog(messages, Histories[i].BeforeFirst(messages));
            var found = 0;
            for (var replica = 0; replica < client.Replicas; replica++)
            {
                foreach (var query in Reads)
                {
                    var read = await client.SendAsync(replica, HttpMethod.Get, $"{Paths[i]}{query}");
                    Assert.Equal(Outcome.Done, read.Outcome);
                    found = Histories[i].Check(Ids[i], Stored.GenerationOf(read.Body), Stored.StateOf(read.Body), messages);
                }
            }

            acknowledged += found;
        }

        return (acknowledged, stored);
    }

    protected sealed override async Task PrepareAsync(Client client)
    {
        for (var i = 0; i < things; i++)
        {
            Assert.Equal(Outcome.Done, (await FirstAsync(client, i % client.Replicas, i)).Outcome);
        }
    }

    /// <summary>Makes one.</summary>
    protected abstract Task<Operation> FirstAsync(Client client, int replica, int thing);
}
