using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansRegistry.Tests.Tasks;

namespace OrleansRegistry.Tests;

/// <summary>
/// A silo that is stopping ends all waits at once, for as long as it drains: whoever waits on its grains from elsewhere must not call again and
/// again.
/// </summary>
public sealed class StoppingTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly Caller me = TestRegistry.NewCaller();
    private readonly CallCounts counts = new();

    [Fact]
    public async Task Whoever_waits_on_grains_of_a_stopping_silo_calls_a_few_times_a_second()
    {
        var store = new StoreProbe(TestStores.InMemory());
        await using var host = await RegistryHost.StartAsync(store: store, services: services =>
        {
            services.Replace(ServiceDescriptor.Singleton(new GrainWaits(new CancellationToken(canceled: true))));
            services.AddSingleton<IIncomingGrainCallFilter>(counts);
        });
        var task = (await host.Tasks.Submit(me, "m1", contextId: "c")).Task;
        var release = new TaskCompletionSource();
        using var ending = new CancellationTokenSource(Second);

        // The clearing of a context takes a second, as its tasks cannot be listed until then.
        store.ListGate = query => query.Where.Any(condition => condition.Column == TaskKind.ContextId) ? release.Task : Task.CompletedTask;
        var began = Stopwatch.GetTimestamp();
        var cleared = host.Contexts.ClearAsync(me, "c", TestContext.Current.CancellationToken);
        await Task.WhenAll(
            Drain(host.Tasks.WatchAsync(me, task.Id, task.Generation, cancellationToken: ending.Token)),
            Drain(host.Contexts.WatchAsync(me, "c", 1, ending.Token)),
            host.Tasks.WaitAsync(me, task.Id, task.Generation, Second),
            host.Tasks.ClaimAsync(me, "nobody", new TaskClaim("w") { Wait = Second }, TestContext.Current.CancellationToken));
        var pauses = (int)Math.Ceiling(Stopwatch.GetElapsedTime(began) / GrainCalls.StoppingPause);
        var (events, clears, claims) = (counts["ReadEvents"], counts["Clear"], counts["Claim"]);
        release.SetResult();
        Assert.Equal(1, await cleared);

        // Each calls at first, after each pause, and some times at the very end of its time; without pauses it would be thousands.
        var most = 2 * (pauses + 2);
        Assert.InRange(events, 3, 3 * most);
        Assert.InRange(clears, 1, most);
        Assert.InRange(claims, 1, most);
    }

    private static async Task Drain<T>(IAsyncEnumerable<T> events)
    {
        try
        {
            await foreach (var _ in events)
            {
            }
        }
        catch (OperationCanceledException)
        {
            // It waited for its time.
        }
    }

    private sealed class CallCounts : IIncomingGrainCallFilter
    {
        private readonly ConcurrentDictionary<string, int> counts = new();

        public int this[string method] => counts.GetValueOrDefault(method);

        public Task Invoke(IIncomingGrainCallContext context)
        {
            counts.AddOrUpdate(context.MethodName, 1, (_, count) => count + 1);
            return context.Invoke();
        }
    }
}
