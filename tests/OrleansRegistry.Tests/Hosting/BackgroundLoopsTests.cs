using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Tests.Hosting;

/// <summary>What runs in the background goes on whatever happens to it, and is seen where it does not.</summary>
public sealed class BackgroundLoopsTests
{
    private readonly FakeTimeProvider time = new();
    private readonly LogList log = new();

    [Fact]
    public async Task A_loop_that_fails_is_logged_and_goes_on_after_longer_and_longer_pauses()
    {
        using var stopping = new CancellationTokenSource();
        var (loops, rounds) = (new BackgroundLoops(time, log), 0);
        var running = loops.RunAsync(
            "the counting",
            token => ++rounds <= 8 ? throw new NotSupportedException($"round {rounds}") : Task.Delay(Timeout.Infinite, token),
            stopping.Token);
        for (var (round, pause) = (1, 0.1); round <= 8; round++, pause = Math.Min(5, pause * 2))
        {
            await Eventually.TrueAsync(() => rounds == round && log.Count == round, $"round {round}");
            Assert.Contains($"the counting failed. It goes on in {pause} s", log[^1], StringComparison.Ordinal);
            Assert.Contains($"round {round}", log[^1], StringComparison.Ordinal);
            Assert.Equal(["the counting"], loops.Failing);
            time.Advance(TimeSpan.FromSeconds(pause - 0.01));
            Assert.Equal(round, rounds);
            time.Advance(TimeSpan.FromSeconds(0.01));
        }

        await Eventually.TrueAsync(() => rounds == 9, "the round that goes well");
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Empty(loops.Failing);
        await stopping.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Work_that_is_repeated_is_repeated_after_a_failure_and_told_of_until_it_succeeds()
    {
        using var stopping = new CancellationTokenSource();
        var (loops, rounds) = (new BackgroundLoops(time, log), 0);
        var running = loops.RepeatAsync(
            "the work",
            TimeSpan.FromMinutes(1),
            _ => ++rounds < 3 ? throw new InvalidCastException() : Task.CompletedTask,
            stopping.Token);
        for (var round = 1; round <= 3; round++)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            await Eventually.TrueAsync(() => rounds == round && loops.Failing.Count == (round < 3 ? 1 : 0), $"round {round}");
            time.Advance(TimeSpan.FromMilliseconds(500));
        }

        await stopping.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Health_tells_of_it_and_the_process_is_ready_all_the_same()
    {
        await using var registry = await RegistryHost.StartAsync();
        var (loops, health) = (registry.Services.GetRequiredService<BackgroundLoops>(), registry.Services.GetRequiredService<HealthCheckService>());
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync()).Status);
        using var stopping = new CancellationTokenSource();
        var running = loops.RunAsync("the test", _ => throw new InvalidOperationException("secret"), stopping.Token);
        var report = await health.CheckHealthAsync();
        Assert.Equal(HealthStatus.Degraded, report.Status);
        Assert.Contains("the test", report.Entries["registry.background"].Description!, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", report.Entries["registry.background"].Description!, StringComparison.Ordinal);
        await stopping.CancelAsync();
        await running;
    }

    private sealed class LogList : ILogger<BackgroundLoops>
    {
        private readonly ConcurrentQueue<string> entries = new();

        public int Count => entries.Count;

        public string this[Index index] => entries.ToArray()[index];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            entries.Enqueue($"{formatter(state, exception)} {exception?.Message}");
    }
}
