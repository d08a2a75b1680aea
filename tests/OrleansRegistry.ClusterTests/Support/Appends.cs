using System.Collections.Concurrent;
using System.Text.Json;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.ClusterTests;

/// <summary>
/// Clients that append entries to a few shared agents, each by compare-and-set on the revision it read. An agent's card is the list of all
/// entries that won: so a lost write, one that happened twice, and one that happened though it was refused can all be seen in it.
/// </summary>
internal sealed class Appends(string prefix, Uri[] addresses, Random random, int agents = 12, int clients = 8, bool pauses = false) : IAsyncDisposable
{
    private readonly Client[] connections = [.. Enumerable.Range(0, clients).Select(_ => new Client(addresses))];
    private readonly int[] seeds = [.. Enumerable.Range(0, clients).Select(_ => random.Next())];
    private readonly ConcurrentDictionary<string, Outcome> entries = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Id, long Expected), ConcurrentBag<string>> winners = new();
    private volatile bool ending;
    private int acknowledged;
    private int failed;
    private int unsent;
    private Task[] running = [];

    public IReadOnlyList<string> Ids => [.. Enumerable.Range(0, agents).Select(IdOf)];

    public int Acknowledged => Volatile.Read(ref acknowledged);

    /// <summary>Requests that were answered neither with success nor with a refusal, and did not find the port closed either.</summary>
    public int Failed => Volatile.Read(ref failed);

    /// <summary>Requests that did.</summary>
    public int Unsent => Volatile.Read(ref unsent);

    public void Start() => running = [.. seeds.Select((seed, i) => Task.Run(() => RunAsync(i, new Random(seed))))];

    /// <summary>Waits for that many more acknowledged writes.</summary>
    public async Task MoreAsync(int writes)
    {
        var enough = Acknowledged + writes;
        await Eventually
            .TrueAsync(() => Acknowledged >= enough || Array.Exists(running, task => task.IsFaulted), $"{writes} more writes");
    }

    /// <summary>Ends the load, and checks every agent against what its writers were told.</summary>
    public async Task VerifyAsync(Uri[] now)
    {
        await EndAsync();
        Assert.All(winners, revision => Assert.Single(revision.Value));
        using var client = new Client(now);
        for (var agent = 0; agent < agents; agent++)
        {
            var expected = entries.Where(entry => entry.Key.StartsWith($"{IdOf(agent)}/", StringComparison.Ordinal))
                .ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);
            for (var replica = 0; replica < now.Length; replica++)
            {
                var found = await client.GetStrongAsync(replica, IdOf(agent));
                Assert.Equal(Outcome.Done, found.Outcome);
                var log = LogOf(found.Revision, found.Card);
                Assert.Equal(log.Count, log.Distinct(StringComparer.Ordinal).Count());
                Assert.Empty(expected.Where(entry => entry.Value == Outcome.Done).Select(entry => entry.Key).Except(log, StringComparer.Ordinal));
                Assert.Empty(log.Except(
                    expected.Where(entry => entry.Value is Outcome.Done or Outcome.Unknown).Select(entry => entry.Key),
                    StringComparer.Ordinal));
            }
        }
    }

    /// <summary>Ends the load of a test that failed, so that the next one has the cluster to itself.</summary>
    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        Array.ForEach(connections, connection => connection.Dispose());
    }

    private Task EndAsync()
    {
        ending = true;
        return Task.WhenAll(running);
    }

    private async Task RunAsync(int number, Random choices)
    {
        var client = connections[number];
        for (var turn = 0; !ending; turn++)
        {
            var (id, replica) = (IdOf(choices.Next(agents)), choices.Next(client.Replicas));
            var read = await client.GetStrongAsync(replica, id);
            if (read.Outcome != Outcome.Done)
            {
                Interlocked.Increment(ref read.Outcome == Outcome.Unknown ? ref failed : ref unsent);
                await Task.Delay(20);
                continue;
            }

            var entry = $"{id}/{number}-{turn}";
            var log = LogOf(read.Revision, read.Card);
            log.Add(entry);
            var card = JsonSerializer.Serialize(new { name = id, log });
            var written = await client.PutAsync(replica, id, card, read.Revision);
            Interlocked.Add(ref unsent, written.Outcome == Outcome.NotSent ? 1 : 0);
            for (var other = 1; written.Outcome == Outcome.NotSent && other < client.Replicas; other++)
            {
                written = await client.PutAsync((replica + other) % client.Replicas, id, card, read.Revision);
            }

            entries[entry] = written.Outcome;
            switch (written.Outcome)
            {
                case Outcome.Done:
                    Assert.True(written.Revision > read.Revision);
                    winners.GetOrAdd((id, read.Revision), _ => []).Add(entry);
                    Interlocked.Increment(ref acknowledged);
                    break;
                case Outcome.Unknown:
                    Interlocked.Increment(ref failed);
                    break;
            }

            if (pauses)
            {
                await Task.Delay(choices.Next(60, 180));
            }
        }
    }

    private static List<string> LogOf(long revision, JsonElement card) =>
        revision == 0 ? [] : [.. card.GetProperty("log").EnumerateArray().Select(entry => entry.GetString()!)];

    private string IdOf(int agent) => $"{prefix}-{agent:00}";
}
