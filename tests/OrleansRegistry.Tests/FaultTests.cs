using Microsoft.Extensions.Time.Testing;

namespace OrleansRegistry.Tests;

/// <summary>What a caller is told when the store fails, and what stands afterwards.</summary>
public sealed class FaultTests
{
    private static readonly Caller Me = Caller.Default;

    [Theory]
    [InlineData(RegistryError.StorageFull)]
    [InlineData(RegistryError.Busy)]
    [InlineData(RegistryError.Unavailable)]
    public async Task A_store_that_refuses_is_passed_on_as_it_says_and_nothing_changes(RegistryError error)
    {
        var store = new FaultyStore();
        await using var host = await RegistryHost.StartAsync(store: store);
        var first = await host.Agents.RegisterAsync(Me, Cards.Registration("a", "before"));
        store.Fault = new RegistryException(error, "As the store says.") { RetryAfter = TimeSpan.FromSeconds(3) };

        foreach (var call in (Func<Task>[])
            [
                () => host.Agents.RegisterAsync(Me, Cards.Registration("a", "after")),
                () => host.Agents.RegisterAsync(Me, Cards.Registration("new")),
                () => host.Agents.PatchAsync(Me, "a", new AgentPatch { Enabled = false }),
                () => host.Agents.RemoveAsync(Me, "a"),
            ])
        {
            var refusal = await Assert.ThrowsAsync<RegistryException>(call);
            Assert.Equal((error, "As the store says.", TimeSpan.FromSeconds(3)), (refusal.Error, refusal.Message, refusal.RetryAfter));
        }

        var batch = await host.Agents.RegisterManyAsync(Me, [Cards.Registration("new"), Cards.Registration("a", "after")]);
        Assert.All(batch, result => Assert.Equal(error, result.Refused!.Error));

        Assert.Equal(first.Agent, await host.Agents.GetAsync(Me, "a"));
        store.Fault = null;
        Assert.Equal(first.Agent, await host.Agents.GetAsync(Me, "a", ReadConsistency.Strong));
        Assert.Null(await host.Agents.GetAsync(Me, "new"));
        Assert.False((await host.Agents.RegisterAsync(Me, Cards.Registration("a", "after"))).Created);
    }

    [Fact]
    public async Task A_lost_race_is_run_again_on_what_the_winner_stored()
    {
        var store = new FaultyStore();
        await using var host = await RegistryHost.StartAsync(store: store);
        await host.Agents.RegisterAsync(Me, Cards.Registration("a", "first"));
        var stored = (await store.ReadAsync(AgentKind.Kind, new RecordKey("default", "a")))!;
        await store.WriteAsync(AgentKind.Kind, stored.Key, stored.Version, stored.Body);

        var patched = await host.Agents.PatchAsync(Me, "a", new AgentPatch { Enabled = false });
        Assert.Equal(3, patched.Agent.Revision);
        Assert.False(patched.Agent.Enabled);
    }

    [Fact]
    public async Task An_entry_of_a_batch_whose_outcome_is_unknown_is_told_so_and_spoils_no_other()
    {
        var store = new FaultyStore();
        await using var host = await RegistryHost.StartAsync(store: store);
        store.Fault = new RecordOutcomeUnknownException("Lost at commit.");
        var results = await host.Agents.RegisterManyAsync(Me, [Cards.Registration("new"), new AgentRegistration("{}"u8.ToArray())]);
        Assert.Equal((RegistryError.Unavailable, RegistryError.Invalid), (results[0].Refused!.Error, results[1].Refused!.Error));
        Assert.NotNull(results[0].Refused!.RetryAfter);
    }

    [Fact]
    public async Task A_revision_that_does_not_come_is_told_after_a_while()
    {
        var time = new FakeTimeProvider();
        await using var host = await RegistryHost.StartAsync(time: time, store: new FaultyStore { Ahead = 1_000_000 });
        var waiting = host.Agents.WaitForRevisionAsync(1_000_000).AsTask();
        time.Advance(TimeSpan.FromSeconds(0.1));
        time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));
        var late = await Assert.ThrowsAsync<RegistryException>(() => waiting);
        Assert.Equal(RegistryError.Unavailable, late.Error);
        Assert.NotNull(late.RetryAfter);
    }

    [Fact]
    public async Task A_revision_that_the_store_does_not_know_is_told_at_once()
    {
        var time = new FakeTimeProvider();
        await using var host = await RegistryHost.StartAsync(time: time);
        await host.Agents.RegisterAsync(Me, Cards.Registration("a"));
        var waiting = host.Agents.WaitForRevisionAsync(2).AsTask();
        time.Advance(TimeSpan.FromSeconds(0.1));
        var refusal = await Assert.ThrowsAsync<RegistryException>(() => waiting);
        Assert.Equal((RegistryError.Conflict, "X-Registry-Revision"), (refusal.Error, refusal.Field));
        Assert.Contains("newest is 1", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>A store in memory that fails when it is told to.</summary>
    internal sealed class FaultyStore() : DelegatingStore(TestStores.InMemory())
    {
        public Exception? Fault { get; set; }

        /// <summary>How much newer the newest revision is said to be.</summary>
        public long Ahead { get; init; }

        public override ValueTask<long> WriteAsync(
            RecordKind kind, RecordKey key, long expectedVersion, RecordBody body, CancellationToken cancellationToken = default) =>
            Fault is null ? base.WriteAsync(kind, key, expectedVersion, body, cancellationToken) : ValueTask.FromException<long>(Fault);

        public override ValueTask<long> DeleteAsync(
            RecordKind kind,
            RecordKey key,
            long expectedVersion,
            CancellationToken cancellationToken = default) =>
            Fault is null ? base.DeleteAsync(kind, key, expectedVersion, cancellationToken) : ValueTask.FromException<long>(Fault);

        public override async ValueTask<long> CurrentRevisionAsync(RecordKind kind, CancellationToken cancellationToken = default) =>
            Ahead + await base.CurrentRevisionAsync(kind, cancellationToken);
    }
}
