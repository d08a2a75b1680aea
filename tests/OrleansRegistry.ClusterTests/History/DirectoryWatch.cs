using System.Text.Json;

namespace OrleansRegistry.ClusterTests;

/// <summary>
/// Follows the change feed as each replica's directory shows it: what it tells of an agent never goes back, and in the end it tells the same as the
/// store.
/// </summary>
internal sealed class DirectoryWatch(IReadOnlyList<string> agents, Uri[] addresses, Random random)
{
    private readonly int seed = random.Next();
    private volatile bool ending;
    private Task running = Task.CompletedTask;

    public int Reads { get; private set; }

    /// <inheritdoc cref="ClientLoad.Failed"/>
    public int Failed { get; private set; }

    public void Start() => running = Task.Run(() => RunAsync(new Random(seed)));

    public async Task VerifyAsync()
    {
        ending = true;
        await running;
        using var client = new Client(addresses);
        foreach (var agent in agents)
        {
            var stored = await client.GetStrongAsync(0, agent);
            Assert.Equal(Outcome.Done, stored.Outcome);
            for (var replica = 0; replica < client.Replicas && stored.Revision > 0; replica++)
            {
                // The header waits for the feed to be that far.
                var answer = await client.AskAsync(replica, $"/agents/{agent}", stored.Revision);
                Assert.StartsWith("200", answer);
                Assert.Equal((agent, stored.Revision), (agent, JsonDocument.Parse(answer[4..]).RootElement.GetProperty("revision").GetInt64()));
            }
        }
    }

    private async Task RunAsync(Random choices)
    {
        using var client = new Client(addresses, seconds: 15);
        var known = new Dictionary<(Uri Replica, string Agent), long>();
        while (!ending)
        {
            var (replica, agent) = (choices.Next(client.Replicas), agents[choices.Next(agents.Count)]);
            var asked = addresses[replica];
            var answer = await client.SendAsync(replica, HttpMethod.Get, $"/agents/{agent}");
            Failed += answer.Outcome == Outcome.Unknown ? 1 : 0;
            if (answer.Outcome == Outcome.Done && asked == addresses[replica])
            {
                var revision = answer.Body.GetProperty("revision").GetInt64();
                var before = known.GetValueOrDefault((asked, agent));
                Assert.True(revision >= before, $"{agent} went from revision {before} back to {revision} at {asked}");
                known[(asked, agent)] = revision;
                Reads++;
            }

            await Task.Delay(50);
        }
    }
}
