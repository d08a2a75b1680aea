using System.Diagnostics;
using OrleansRegistry.Storage.Tests.Telemetry;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Tests.Telemetry;

/// <summary>What the span of an operation says of how that ended.</summary>
public sealed class OperationSpanTests : IAsyncLifetime
{
    private readonly Caller caller = TestRegistry.NewCaller();
    private readonly StoreProbe store = new(TestStores.InMemory());
    private RegistryHost? registry;

    public async ValueTask InitializeAsync() => registry = await RegistryHost.StartAsync(store: store);

    public async ValueTask DisposeAsync()
    {
        await registry!.DisposeAsync();
        await store.DisposeAsync();
    }

    [Fact]
    public async Task A_failure_is_an_error_and_a_refusal_of_the_callers_making_is_none()
    {
        using var spans = new SpanCapture();
        await Tasks.Messages.Submit(registry!.Tasks, caller, "m1", "t1");
        await EndsAsync(spans, "registry.task.submit", ActivityStatusCode.Unset, null, null);

        await Assert.ThrowsAsync<RegistryException>(() => registry.Tasks.CancelAsync(caller, "none"));
        await EndsAsync(spans, "registry.task.cancel", ActivityStatusCode.Unset, null, "NotFound");
        await Assert.ThrowsAsync<RegistryException>(() => registry.Tasks.UpdateAsync(caller, "t1", new TaskUpdate()));
        await EndsAsync(spans, "registry.task.update", ActivityStatusCode.Unset, null, "Invalid");
        await Assert.ThrowsAsync<RegistryException>(() => registry.Contexts.DeleteAsync(caller, new string('x', 10_000)));
        Assert.Null((await EndsAsync(spans, "registry.context.delete", ActivityStatusCode.Unset, null, "Invalid")).GetTagItem("registry.id"));

        using var gone = new CancellationTokenSource();
        var waiting = registry.Tasks.WaitAsync(caller, "t1", long.MaxValue, TimeSpan.FromSeconds(30), cancellationToken: gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await EndsAsync(spans, "registry.task.wait", ActivityStatusCode.Unset, null, null);

        store.BeforeWrite = (_, _) => throw new RegistryException(RegistryError.StorageFull, "The disk is full.");
        await Assert.ThrowsAsync<RegistryException>(() => registry.Agents.RegisterAsync(caller, Cards.Registration("a", id: "a")));
        var full = await EndsAsync(spans, "registry.agent.register", ActivityStatusCode.Error, "StorageFull", null);
        Assert.Equal("a", full.GetTagItem("registry.id"));
        store.BeforeList = () => throw new InvalidOperationException("It broke.");
        await Assert.ThrowsAsync<InvalidOperationException>(() => registry.Tasks.ListAsync(caller));
        await EndsAsync(spans, "registry.task.list", ActivityStatusCode.Error, "System.InvalidOperationException", null);
    }

    private static async Task<Activity> EndsAsync(SpanCapture spans, string name, ActivityStatusCode status, string? type, string? refusal)
    {
        await Eventually.TrueAsync(() => spans.Ended(name).Any(), name);
        var span = Assert.Single(spans.Ended(name));
        Assert.Equal(
            (status, type, refusal, null),
            (span.Status, span.GetTagItem("error.type") as string, span.GetTagItem("registry.refusal") as string, span.StatusDescription));
        return span;
    }
}
