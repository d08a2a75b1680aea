using System.Text.Json;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.ClusterTests;

/// <summary>Agents with leases, and instances of one: half of them beat all the time through all of these replicas, the others never do.</summary>
internal sealed class Beats : IAsyncDisposable
{
    private const int Count = 20;

    /// <summary>Who beats is healthy as long as no beat is late by half of this.</summary>
    private const int Ttl = 8;

    private readonly string prefix = $"beats-{Guid.NewGuid():N}";
    private readonly Client client;
    private readonly CancellationTokenSource enough = new();
    private readonly Task beating;

    private Beats(Uri[] addresses)
    {
        client = new Client(addresses);
        beating = Task.WhenAll(Enumerable.Range(0, client.Replicas).Select(BeatAsync));
    }

    /// <param name="addresses">Of replicas that stay.</param>
    public static async Task<Beats> StartAsync(params Uri[] addresses)
    {
        var beats = new Beats(addresses);
        await beats.RegisterAsync();
        return beats;
    }

    /// <summary>Waits until the silent have expired; nobody who beats was ever taken for anything but healthy.</summary>
    public async Task VerifyAsync()
    {
        await Eventually.TrueAsync(
            async () => (await ReadAsync()).Where((_, i) => IsSilent(i)).All(one => HealthOf(one) == "expired"), "the silent to expire");
        foreach (var one in (await ReadAsync()).Where((_, i) => !IsSilent(i)))
        {
            // Its lease was never written again.
            Assert.Equal(
                ("healthy", one.GetProperty("updated_at").GetString()), (HealthOf(one), one.GetProperty("lease").GetProperty("since").GetString()));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await enough.CancelAsync();
        await beating;
        enough.Dispose();
        client.Dispose();
    }

    private static bool IsSilent(int number) => number % 2 == 1;

    private static string? HealthOf(JsonElement one) => one.GetProperty("lease").GetProperty("health").GetString();

    private string IdOf(int number) => $"{prefix}-{number}";

    private async Task RegisterAsync()
    {
        var agents = Enumerable.Range(0, Count).Select(i => new { agent_card = new { name = IdOf(i) }, ttl = Ttl });
        Assert.Equal(Outcome.Done, (await client.SendAsync(0, HttpMethod.Post, "/agents:batch", new { agents })).Outcome);
        Assert.Equal(Outcome.Done, (await client.PutAsync(0, prefix, $$"""{"name":"{{prefix}}"}""", 0)).Outcome);
        for (var i = 0; i < Count; i++)
        {
            var put = await client.SendAsync(
                i % client.Replicas, HttpMethod.Put, $"/agents/{prefix}/instances/{i:00}", new { url = "http://10.0.0.1:8080", ttl = Ttl });
            Assert.Equal(Outcome.Done, put.Outcome);
        }
    }

    /// <summary>The agents, and then the instances.</summary>
    private async Task<IReadOnlyList<JsonElement>> ReadAsync()
    {
        var all = new List<JsonElement>();
        for (var i = 0; i < Count; i++)
        {
            all.Add((await client.SendAsync(i % client.Replicas, HttpMethod.Get, $"/agents/{IdOf(i)}")).Body);
        }

        var several = (await client.SendAsync(0, HttpMethod.Get, $"/agents/{prefix}")).Body;
        return [.. all, .. several.GetProperty("instances").EnumerateArray()];
    }

    private async Task BeatAsync(int replica)
    {
        var who = new
        {
            agent_ids = Enumerable.Range(0, Count).Where(i => !IsSilent(i)).Select(IdOf),
            instances = Enumerable.Range(0, Count).Where(i => !IsSilent(i)).Select(i => new { agent_id = prefix, instance = $"{i:00}" }),
        };
        var calls = new List<Task>();
        while (!enough.IsCancellationRequested)
        {
            // Not one after the other: a call may wait until the loss of a replica is noticed.
            calls.Add(client.SendAsync(replica, HttpMethod.Post, "/agents:heartbeat", who));
            await Task.Delay(500, enough.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(calls);
    }
}
