using System.Diagnostics;

namespace OrleansRegistry.ClusterTests;

/// <summary>Clients that append to a few shared contexts through all replicas, some on the generation that they just read.</summary>
internal sealed class ContextLoad(string prefix, Uri[] addresses, Random random, int contexts = 2, int clients = 2)
    : HistoryLoad("contexts", prefix, addresses, random, contexts, clients)
{
    private readonly int contexts = contexts;

    protected override IReadOnlyList<string> Reads => [""];

    protected override Task<Operation> FirstAsync(Client client, int replica, int thing) =>
        AppendAsync(client, replica, thing, $"{Ids[thing]}/first", null);

    protected override async Task TurnAsync(Client client, int number, int turn, Random choices)
    {
        var (context, replica) = (choices.Next(contexts), choices.Next(client.Replicas));
        long? expected = null;
        if (choices.Next(2) == 0)
        {
            var read = await client.SendAsync(replica, HttpMethod.Get, Paths[context]);
            Count(read.Outcome);
            expected = read.Outcome == Outcome.Done ? Stored.GenerationOf(read.Body) : null;
        }

        var answer = await AppendAsync(client, replica, context, $"{Ids[context]}/{number}-{turn}", expected);
        Count(answer.Outcome);
        await Task.Delay(choices.Next(60, 180));
    }

    private async Task<Operation> AppendAsync(Client client, int replica, int context, string message, long? expected)
    {
        var body = new Dictionary<string, object> { ["messages"] = new[] { Message(message) } };
        if (expected is { } generation)
        {
            body["ifGenerationMatch"] = generation;
        }

        var began = Stopwatch.GetTimestamp();
        var answer = await client.SendAsync(replica, HttpMethod.Post, $"{Paths[context]}/messages", body);
        var write = new Operation(Ids[context], began, Stopwatch.GetTimestamp(), answer.Outcome)
        {
            Message = message,
            IfGeneration = expected,
            Generation = Stored.GenerationOf(answer.Body),
        };
        Histories[context].Add(write);
        return write;
    }
}
