using Npgsql;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.ClusterTests;

/// <summary>
/// A cluster on a PostgreSQL of its own, each replica with a connection that can be cut; and one that harms it, in an order that its seed decides.
/// </summary>
internal sealed class Nemesis : IAsyncDisposable
{
    private readonly PrivateServer postgres;
    private readonly CuttingProxy[] proxies;
    private readonly Action<string> tell;

    private Nemesis(PrivateServer postgres, int size, Action<string> tell)
    {
        (this.postgres, this.tell) = (postgres, tell);
        var server = new Uri(postgres.Url.Replace("postgresql", "http", StringComparison.Ordinal));
        proxies = [.. Enumerable.Range(0, size).Select(_ => new CuttingProxy(server.Host, server.Port))];
        Replicas = new Replicas(size, i => postgres.Url.Replace($":{server.Port}/", $":{proxies[i].Port}/", StringComparison.Ordinal), clocks: true);
    }

    public Replicas Replicas { get; }

    public int Faults { get; private set; }

    public static async Task<Nemesis> StartAsync(int size, Action<string> tell)
    {
        var nemesis = new Nemesis(await TestServer.PrivateAsync(), size, tell);
        await nemesis.Replicas.StartAsync();
        return nemesis;
    }

    /// <summary>One fault after the other, each with its end, until the time is over.</summary>
    public async Task RunAsync(Random random, TimeSpan time)
    {
        using var over = new CancellationTokenSource(time);
        SetClockWrong(random.Next(Replicas.Count), random);
        await HealAsync();
        while (!over.IsCancellationRequested)
        {
            await Task.Delay(random.Next(500, 2500), CancellationToken.None);
            await HarmAsync(random);
            Faults++;
        }
    }

    /// <summary>Resident memory of each replica, in MiB.</summary>
    public async Task<long[]> MemoryAsync() => await Task.WhenAll(Enumerable.Range(0, Replicas.Count).Select(async i =>
    {
        var line = (await File.ReadAllLinesAsync($"/proc/{Replicas[i].Id}/status")).Single(
            line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) / 1024;
    }));

    public async ValueTask DisposeAsync()
    {
        await Replicas.DisposeAsync();
        Array.ForEach(proxies, proxy => proxy.Dispose());
        await postgres.DisposeAsync();
    }

    private async Task HarmAsync(Random random)
    {
        var (victim, pause) = (random.Next(Replicas.Count), random.Next(200, 4000));
        switch (random.Next(8))
        {
            case 0:
                tell($"replica {victim} is killed");
                await Replicas[victim].KillAsync();
                await Task.Delay(pause);
                break;
            case 1:
                tell($"replica {victim} is told to stop");
                Assert.Equal(0, await Replicas[victim].StopAsync());
                break;
            case 2 or 3:
                pause *= 2;
                tell($"replica {victim} is frozen for {pause} ms");
                await Replicas.SignalAsync(victim, "STOP");
                await Task.Delay(pause);
                await Replicas.SignalAsync(victim, "CONT");
                break;
            case 4:
                tell($"replica {victim} is cut from PostgreSQL for {pause} ms");
                proxies[victim].Down = true;
                proxies[victim].CutAll();
                await Task.Delay(pause);
                proxies[victim].Down = false;
                break;
            case 5:
                tell($"the connections of replica {victim} to PostgreSQL are cut");
                proxies[victim].CutAll();
                break;
            case 6:
                SetClockWrong(victim, random);
                break;
            default:
                tell($"PostgreSQL is killed, and started after {pause / 2} ms");
                await postgres.KillAsync();
                await Task.Delay(pause / 2);
                await postgres.StartAsync();
                break;
        }

        await HealAsync();
    }

    /// <summary>By up to a minute, or back to what is right. It stays like that: the faults that come next meet it.</summary>
    private void SetClockWrong(int victim, Random random)
    {
        var ahead = random.Next(4) == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(random.Next(-60, 60));
        if (WallClock.IsMissing)
        {
            tell(WallClock.Missing);
            return;
        }

        tell($"the clock of replica {victim} goes {ahead.TotalSeconds:F0} s ahead of the true time");
        Replicas.ClockOf(victim).JumpTo(ahead);
    }

    /// <summary>
    /// Starts those that ended, and waits until all are ready, and count as members: one that was frozen may not know yet that it does not.
    /// </summary>
    private async Task HealAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await IsWholeAsync(patience.Token))
        {
            await Task.Delay(50, patience.Token);
        }
    }

    private async Task<bool> IsWholeAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < Replicas.Count; i++)
        {
            if (Replicas[i].HasEnded)
            {
                await Replicas.ReplaceAsync(i);
            }

            try
            {
                using var answer = await Replicas[i].Http.GetAsync("/health/ready", cancellationToken);
                if (!answer.IsSuccessStatusCode)
                {
                    return false;
                }
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }

        await using var connection = new NpgsqlConnection(PostgresConnectionString.Parse(postgres.Url) + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var active = new NpgsqlCommand("SELECT count(*) FROM orleansmembershiptable WHERE status = 3", connection);
        return (long)(await active.ExecuteScalarAsync(cancellationToken))! == Replicas.Count;
    }
}
