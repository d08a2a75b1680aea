using System.Diagnostics;
using System.Text.Json;

namespace OrleansRegistry.ClusterTests;

/// <summary>Clients that append to a few shared contexts through all replicas, some on the generation that they just read. Each append is one generation, as of tasks.</summary>
internal sealed class ContextLoad(string prefix, Uri[] addresses, Random random, int contexts = 2, int clients = 2)
{
    private readonly TaskHistory[] histories = [.. Enumerable.Range(0, contexts).Select(_ => new TaskHistory())];
    private readonly int[] seeds = [.. Enumerable.Range(0, clients).Select(_ => random.Next())];
    private volatile bool ending;
    private int failed;
    private int unsent;
    private Task[] running = [];

    public IReadOnlyList<string> Ids { get; } = [.. Enumerable.Range(0, contexts).Select(i => $"{prefix}-{i}")];

    public IReadOnlyList<string> Paths => [.. Ids.Select(id => $"/contexts/{id}")];

    /// <inheritdoc cref="TaskLoad.Failed"/>
    public int Failed => Volatile.Read(ref failed);

    /// <inheritdoc cref="TaskLoad.Unsent"/>
    public int Unsent => Volatile.Read(ref unsent);

    public async Task StartAsync()
    {
        using var client = new Client(addresses);
        for (var i = 0; i < contexts; i++)
        {
            Assert.Equal(Outcome.Done, (await AppendAsync(client, i % client.Replicas, i, $"{Ids[i]}/first", null)).Outcome);
        }

        running = [.. seeds.Select((seed, i) => Task.Run(() => RunAsync(i, new Random(seed))))];
    }

    public async Task StopAsync()
    {
        ending = true;
        await Task.WhenAll(running);
    }

    /// <returns>How many writes were acknowledged, and the messages of each context, by its path.</returns>
    public async Task<(int Acknowledged, IReadOnlyDictionary<string, IReadOnlyList<string>> Messages)> VerifyAsync()
    {
        using var client = new Client(addresses);
        var (acknowledged, stored) = (0, new Dictionary<string, IReadOnlyList<string>>());
        for (var i = 0; i < contexts; i++)
        {
            stored[Paths[i]] = await TaskLoad.MessagesAsync(client, i % client.Replicas, Paths[i]);
            for (var replica = 0; replica < client.Replicas; replica++)
            {
                var read = await client.SendAsync(replica, HttpMethod.Get, Paths[i]);
                Assert.Equal(Outcome.Done, read.Outcome);
                var found = histories[i].Check(Ids[i], TaskLoad.GenerationOf(read.Body), null, stored[Paths[i]]);
                acknowledged += replica == 0 ? found : 0;
            }
        }

        return (acknowledged, stored);
    }

    private async Task RunAsync(int number, Random choices)
    {
        using var client = new Client(addresses, seconds: 15);
        for (var turn = 0; !ending; turn++)
        {
            var (context, replica) = (choices.Next(contexts), choices.Next(client.Replicas));
            long? expected = null;
            if (choices.Next(2) == 0)
            {
                var read = await client.SendAsync(replica, HttpMethod.Get, Paths[context]);
                Count(read.Outcome);
                expected = read.Outcome == Outcome.Done ? TaskLoad.GenerationOf(read.Body) : null;
            }

            var answer = await AppendAsync(client, replica, context, $"{Ids[context]}/{number}-{turn}", expected);
            Count(answer.Outcome);
            await Task.Delay(choices.Next(20, 60));
        }
    }

    private void Count(Outcome outcome)
    {
        Interlocked.Add(ref failed, outcome == Outcome.Unknown ? 1 : 0);
        Interlocked.Add(ref unsent, outcome == Outcome.NotSent ? 1 : 0);
    }

    private async Task<Operation> AppendAsync(Client client, int replica, int context, string message, long? expected)
    {
        var body = new Dictionary<string, object> { ["messages"] = new[] { new { messageId = message, role = "ROLE_USER", parts = new[] { new { text = message } } } } };
        if (expected is { } generation)
        {
            body["ifGenerationMatch"] = generation;
        }

        var began = Stopwatch.GetTimestamp();
        var answer = await client.SendAsync(replica, HttpMethod.Post, $"{Paths[context]}/messages", body);
        var write = new Operation(Ids[context], began, Stopwatch.GetTimestamp(), answer.Outcome) { Message = message, IfGeneration = expected, Generation = TaskLoad.GenerationOf(answer.Body) };
        histories[context].Add(write);
        return write;
    }
}
