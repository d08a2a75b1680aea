using System.Diagnostics;
using System.Text.Json;
using OrleansRegistry.Storage.Tests.Postgres;

namespace OrleansRegistry.ClusterTests;

/// <summary>The wall clocks of machines jump by hours, both ways, while the cluster runs.</summary>
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
        replicas.ClockOf(0).JumpTo(TimeSpan.FromHours(26));
        replicas.ClockOf(2).JumpTo(TimeSpan.FromHours(-3));
        await replicas.StartAsync();
    }

    [Fact]
    public async Task Leases_and_times_do_not_go_by_them_and_a_silo_whose_clock_goes_back_is_replaced()
    {
        using var client = new Client(replicas!.Addresses);
        var made = await SubmitAsync(client);
        var claimed = await ClaimAsync(client, waitSeconds: 0);
        Assert.Equal(made, claimed.Keys.Order(StringComparer.Ordinal));

        var since = Stopwatch.GetTimestamp();
        await JumpForwardAsync(1, TimeSpan.FromHours(5));
        await Task.WhenAll(claimed.Select((held, i) => KeepAsync(client, i % client.Replicas, held.Key, held.Value)));

        replicas.ClockOf(0).JumpTo(TimeSpan.FromMinutes(10));
        await replicas[0].EndedAsync();
        Assert.Contains("went back", replicas[0].Output, StringComparison.Ordinal);
        using var others = new Client(replicas.Addresses[1..]);
        var again = await ClaimAsync(others, waitSeconds: (int)Soon.TotalSeconds);
        var took = Stopwatch.GetElapsedTime(since);
        output.WriteLine($"tasks under leases of {Lease.TotalSeconds:F0} s came back after {took.TotalSeconds:F1} s");
        Assert.Equal(made, again.Keys.Order(StringComparer.Ordinal));
        Assert.InRange(took, Lease, Soon);
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
    private Task JumpForwardAsync(int replica, TimeSpan ahead)
    {
        replicas!.ClockOf(replica).JumpTo(ahead);
        return Eventually.TrueAsync(
            async () =>
            {
                using var answer = await replicas[replica].Http.GetAsync("/health/live");
                return (answer.Headers.Date!.Value - DateTimeOffset.UtcNow - ahead).Duration() < Soon;
            },
            "the clock to jump");
    }

    private static async Task<IEnumerable<string>> SubmitAsync(Client client)
    {
        var ids = Enumerable.Range(0, Tasks).Select(i => $"clock-{i}").ToArray();
        foreach (var (i, id) in ids.Index())
        {
            var answer = await client.SendAsync(i % client.Replicas, HttpMethod.Post, "/tasks", new
            {
                taskId = id,
                contextId = "clocks",
                agentId = "clock-worker",
                message = new { messageId = id, role = "ROLE_USER", parts = new[] { new { text = id } } },
            });
            Assert.Equal(Outcome.Done, answer.Outcome);
            AssertIsNow(answer.Body.GetProperty("createdAt"));
        }

        return ids;
    }

    /// <summary>Claims as many tasks as there are, through all replicas at once.</summary>
    /// <returns>The token of each.</returns>
    private static async Task<Dictionary<string, string>> ClaimAsync(Client client, int waitSeconds)
    {
        var claims = await Task.WhenAll(Enumerable.Range(0, Tasks).Select(i => client.SendAsync(
            i % client.Replicas, HttpMethod.Post, "/agents/clock-worker/tasks:claim", new { worker = $"worker-{i}", leaseSeconds = (int)LongLease.TotalSeconds, waitSeconds })));
        foreach (var claim in claims)
        {
            AssertIsNow(claim.Body.GetProperty("updatedAt"));
        }

        return claims.ToDictionary(claim => claim.Body.GetProperty("id").GetString()!, claim => claim.Body.GetProperty("lease").GetProperty("token").GetString()!, StringComparer.Ordinal);
    }

    private static async Task KeepAsync(Client client, int replica, string task, string token)
    {
        var kept = await client.SendAsync(replica, HttpMethod.Post, $"/tasks/{task}:renew", new { leaseToken = token, leaseSeconds = (int)Lease.TotalSeconds });
        Assert.Equal((task, Outcome.Done), (task, kept.Outcome));
        AssertIsNow(kept.Body.GetProperty("updatedAt"));
    }

    private static void AssertIsNow(JsonElement time) => Assert.InRange(time.GetDateTimeOffset(), DateTimeOffset.UtcNow - Soon, DateTimeOffset.UtcNow + Soon);
}
