namespace OrleansRegistry.Tests.Agents;

/// <summary>Where others write to the same store, the feed comes to a node's own writes behind theirs. The node does not wait for that.</summary>
public sealed class OwnWriteTests
{
    private readonly Caller me = TestRegistry.NewCaller();

    [Fact]
    public async Task They_are_answered_and_seen_while_the_feed_says_nothing()
    {
        var feed = new TaskCompletionSource();
        await using var host = await RegistryHost.StartAsync(store: new SharedStore(TestStores.InMemory(), feed.Task));
        var agents = host.Agents;
        await agents.RegisterAsync(me, Cards.Registration("kept", "first"));
        await agents.RegisterAsync(me, Cards.Registration("gone"));
        await agents.RegisterManyAsync(me, [Cards.Registration("kept", "second"), Cards.Registration("one of many")]);
        await agents.PatchAsync(me, "kept", new AgentPatch { Enabled = false });
        var last = await agents.RemoveAsync(me, "gone");
        await Check();
        Assert.Equal(0, agents.Revision);

        feed.SetResult();
        await agents.WaitForRevisionAsync(last.Revision);
        Assert.Equal(last.Revision, agents.Revision);
        await Check();

        async Task Check()
        {
            Assert.Equal(["kept", "one of many"], (await agents.ListAsync(me)).Agents.Select(agent => agent.Id));
            var kept = (await agents.GetAsync(me, "kept"))!;
            Assert.Equal((false, "second"), (kept.Enabled, AgentCard.Read(kept.Card).Description));
        }
    }

    private sealed class SharedStore(IRecordStore inner, Task feed) : DelegatingStore(inner)
    {
        public override bool IsShared => true;

        public override async ValueTask<ChangeBatch> ReadChangesAsync(RecordKind kind, long revision, CancellationToken cancellationToken = default)
        {
            await feed.WaitAsync(cancellationToken);
            return await base.ReadChangesAsync(kind, revision, cancellationToken);
        }
    }
}
