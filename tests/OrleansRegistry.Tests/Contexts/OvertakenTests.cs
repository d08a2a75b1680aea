using OrleansRegistry.Tests.Tasks;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Contexts;

/// <summary>An activation that knows less than the store: another was made elsewhere while its process was frozen, and has written.</summary>
public sealed class OvertakenTests : IAsyncLifetime
{
    private readonly Caller me = TestRegistry.NewCaller();
    private readonly PostgresRegistry registry = new();
    private long made;
    private long elsewhere;

    public async ValueTask InitializeAsync()
    {
        registry.OrSkip();
        await registry.InitializeAsync();
        made = (await registry.Contexts.UpdateAsync(me, "c", Bytes("""{"a":1}"""))).Generation;
        elsewhere = made + 4;
        var key = new RecordKey(me.Tenant, "c");
        var stored = await registry.Store.ReadAsync(ContextKind.Kind, key);
        var head = ContextKind.Read(stored!);
        await registry.Store.WriteAsync(
            ContextKind.Kind,
            key,
            stored!.Version,
            ContextKind.Write(head with { Context = head.Context with { Generation = elsewhere } }));
    }

    public ValueTask DisposeAsync() => registry.DisposeAsync();

    [Fact]
    public async Task A_stream_does_not_go_back_to_what_it_knows()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var watch = registry.Contexts.WatchAsync(me, "c", elsewhere - 1, cancellation).GetAsyncEnumerator(cancellation);
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal(elsewhere, watch.Current.Snapshot?.Generation);

        var next = watch.MoveNextAsync().AsTask();
        await registry.Contexts.AppendAsync(me, "c", [Message("m")]);
        Assert.True(await next);
        Assert.Equal(elsewhere + 1, watch.Current.Generation);
    }

    [Fact]
    public async Task A_condition_is_held_against_what_is_stored()
    {
        await Assert.ThrowsAsync<RegistryException>(() => registry.Contexts.UpdateAsync(me, "c", Bytes("""{"a":2}"""), ifGeneration: made));
        Assert.Equal(elsewhere + 1, (await registry.Contexts.UpdateAsync(me, "c", Bytes("""{"a":2}"""), ifGeneration: elsewhere)).Generation);
    }
}
