using System.Diagnostics;
using System.Text.Json;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.ClusterTests;

/// <summary>The wall clocks of machines are wrong by up to a minute, and step, both ways, while the cluster runs.</summary>
public sealed class ClockTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Tasks = 6;
    private static readonly TimeSpan LongLease = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(4);

    /// <summary>Over what a lease may take to be given up, and less than any of the jumps.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private TestDatabase? database;
    private Replicas? replicas;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(WallClock.IsMissing, WallClock.Missing);
        database = await TestDatabase.CreateAsync();
        replicas = new Replicas(Cluster.Size, _ => database.Settings.ConnectionString, clocks: true);
        replicas.ClockOf(0).JumpTo(TimeSpan.FromSeconds(50));
        replicas.ClockOf(2).JumpTo(TimeSpan.FromSeconds(-50));
        await replicas.StartAsync();
    }

    [Fact]
    public async Task Leases_and_times_do_not_go_by_them_and_every_silo_goes_on()
    {
        using var client = new Client(replicas!.Addresses);
        var made = await SubmitAsync(client, "clock");
        var claimed = await ClaimAsync(client, waitSeconds: 0);
        Assert.Equal(made, claimed.Keys.Order(StringComparer.Ordinal));

        var since = Stopwatch.GetTimestamp();
        await JumpAsync(1, TimeSpan.FromSeconds(55));
        await Task.WhenAll(claimed.Select((held, i) => KeepAsync(client, i % client.Replicas, held.Key, held.Value)));

        await JumpAsync(0, TimeSpan.FromSeconds(-10));
        var again = await ClaimAsync(client, waitSeconds: (int)Soon.TotalSeconds);
        var took = Stopwatch.GetElapsedTime(since);
        output.WriteLine($"tasks under leases of {Lease.TotalSeconds:F0} s came back after {took.TotalSeconds:F1} s");
        Assert.Equal(made, again.Keys.Order(StringComparer.Ordinal));
        Assert.InRange(took, Lease, Soon);

        // New grains on every silo, that whose clock went back too.
        await SubmitAsync(client, "later");
        Assert.DoesNotContain(Enumerable.Range(0, Cluster.Size), i => replicas[i].HasEnded);
    }

    public async ValueTask DisposeAsync()
    {
        if (replicas is not null)
        {
            if (TestContext.Current.TestState?.Result == TestResult.Failed)
            {
                output.WriteLine($"the replicas' logs are in {replicas.KeepLogs()}");
            }

            await replicas.DisposeAsync();
            await database!.DisposeAsync();
        }
    }

    /// <summary>Returns once the process goes by its new clock: the date of its answers tells.</summary>
    private Task JumpAsync(int replica, TimeSpan ahead)
    {
        replicas!.ClockOf(replica).JumpTo(ahead);
        return Eventually.TrueAsync(
            async () =>
            {
                using var answer = await replicas[replica].Http.GetAsync("/health/live");
                return (answer.Headers.Date!.Value - DateTimeOffset.UtcNow - ahead).Duration() < TimeSpan.FromSeconds(5);
            },
            "the clock to jump");
    }

    private static async Task<IEnumerable<string>> SubmitAsync(Client client, string name)
    {
        var ids = Enumerable.Range(0, Tasks).Select(i => $"{name}-{i}").ToArray();
        foreach (var (i, id) in ids.Index())
        {
            // A replica that has only just started may not be known to all others, and says so; a repeated message is the same message.
            Answer answer = default;
            await Eventually.TrueAsync(
                async () =>
                {
                    answer = await client.SendAsync(i % client.Replicas, HttpMethod.Post, "/tasks", new
                    {
                        taskId = id,
                        contextId = "clocks",
                        agentId = $"{name}-worker",
                        message = new { messageId = id, role = "ROLE_USER", parts = new[] { new { text = id } } },
                    });
                    return answer.Outcome == Outcome.Done;
                },
                $"{id} to be submitted");
            AssertIsNow(answer.Body.GetProperty("createdAt"));
        }

        return ids;
    }

    /// <summary>Claims as many tasks as there are, through all replicas at once.</summary>
    /// <returns>The token of each.</returns>
    private static async Task<Dictionary<string, string>> ClaimAsync(Client client, int waitSeconds)
    {
        var claims = await Task.WhenAll(Enumerable.Range(0, Tasks).Select(i => client.SendAsync(
            i % client.Replicas, HttpMethod.Post, "/agents/clock-worker/tasks:claim",
            new { worker = $"worker-{i}", leaseSeconds = (int)LongLease.TotalSeconds, waitSeconds })));
        foreach (var claim in claims)
        {
            AssertIsNow(claim.Body.GetProperty("updatedAt"));
        }

        return claims.ToDictionary(
            claim => claim.Body.GetProperty("id").GetString()!,
            claim => claim.Body.GetProperty("lease").GetProperty("token").GetString()!,
            StringComparer.Ordinal);
    }

    private static async Task KeepAsync(Client client, int replica, string task, string token)
    {
        var kept = await client.SendAsync(
            replica,
            HttpMethod.Post,
            $"/tasks/{task}:renew",
            new { leaseToken = token, leaseSeconds = (int)Lease.TotalSeconds });
        Assert.Equal((task, Outcome.Done), (task, kept.Outcome));
        AssertIsNow(kept.Body.GetProperty("updatedAt"));
    }

    private static void AssertIsNow(JsonElement time) =>
        Assert.InRange(time.GetDateTimeOffset(), DateTimeOffset.UtcNow - Soon, DateTimeOffset.UtcNow + Soon);
}
