using System.Text;
using OrleansRegistry.Agents.Versions;

namespace OrleansRegistry.Tests.Agents.Versions;

/// <summary>A draft of a card beside the card that the agent has.</summary>
public abstract class DraftTests(TestRegistry registry)
{
    private readonly Caller me = TestRegistry.NewCaller();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_changes_nothing_until_it_is_published()
    {
        var before = (await registry.Agents.RegisterAsync(me, new AgentRegistration(Card("1.0", "x")))).Agent;
        var draft = await registry.Drafts.PutAsync(me, "a", Card("2.0", "y"), Cancellation);
        Assert.Equal("x", Assert.Single(draft.Breaks).Value);
        Assert.Equal(before.Revision, (await registry.Agents.GetAsync(me, "a", ReadConsistency.Strong))!.Revision);
        Assert.Single((await registry.Versions.ListAsync(me, "a", cancellationToken: Cancellation)).Versions);
        await RefusedAsync(RegistryError.NotFound, "version", () => registry.Versions.GetAsync(me, "a", "2.0", Cancellation));
        await RefusedAsync(RegistryError.Invalid, "version", () => registry.Versions.GetAsync(me, "a", "@0", Cancellation));

        await registry.Drafts.PutAsync(me, "a", Card("3.0", "z"), Cancellation);
        var read = await registry.Drafts.GetAsync(me, "a", Cancellation);
        Assert.Equal("alice", read.WrittenBy);
        Assert.Equal(Card("3.0", "z").ToArray(), read.Card.Utf8.ToArray());

        await RefusedAsync(RegistryError.Conflict, null, () => registry.Drafts.PublishAsync(me, "a", new(before.Revision + 9), false, default));
        var published = await registry.Drafts.PublishAsync(me, "a", new(before.Revision), false, Cancellation);
        Assert.Equal((2, "3.0"), (published.Agent.VersionNumber, AgentVersionKind.VersionOf(published.Agent.Card)));
        await RefusedAsync(RegistryError.NotFound, "draft", () => registry.Drafts.GetAsync(me, "a", Cancellation));
        await RefusedAsync(RegistryError.NotFound, "draft", () => registry.Drafts.PublishAsync(me, "a", default, false, Cancellation));
    }

    [Fact]
    public async Task To_publish_can_be_repeated_by_its_key()
    {
        // So much of it is lost with the next card that it is stored by itself.
        await registry.Agents.RegisterAsync(me, new AgentRegistration(Card("1.0", new string('x', 3_000))));
        await registry.Drafts.PutAsync(me, "a", Card("2.0", "x"), Cancellation);
        var keyed = me with { IdempotencyKey = "k" };
        registry.Store.AfterWrite = (kind, _) =>
        {
            if (kind == AgentVersionKind.Kind)
            {
                throw new RecordOutcomeUnknownException("Gone.");
            }
        };
        await RefusedAsync(RegistryError.Unavailable, null, () => registry.Drafts.PublishAsync(keyed, "a", default, false, Cancellation));
        registry.Store.AfterWrite = null;
        var published = await registry.Drafts.PublishAsync(keyed, "a", default, false, Cancellation);
        var again = await registry.Drafts.PublishAsync(keyed, "a", default, false, Cancellation);
        Assert.Equal((false, true), (published.Repeated, again.Repeated));
        Assert.Equal(published.Agent.Revision, again.Agent.Revision);
        var other = me with { IdempotencyKey = "other" };
        await RefusedAsync(RegistryError.NotFound, "draft", () => registry.Drafts.PublishAsync(other, "a", default, false, Cancellation));
    }

    [Fact]
    public async Task A_key_of_another_request_publishes_nothing()
    {
        var (patched, published) = (me with { IdempotencyKey = "patched" }, me with { IdempotencyKey = "published" });
        await registry.Agents.RegisterAsync(me, new AgentRegistration(Card("1.0", "x")));
        await registry.Agents.PatchAsync(patched, "a", new AgentPatch(Enabled: false));
        await KeyReusedAsync(patched, force: false);
        await registry.Drafts.PutAsync(me, "a", Card("2.0", "x"), Cancellation);
        await KeyReusedAsync(patched, force: false);
        await registry.Drafts.PublishAsync(published, "a", default, false, Cancellation);
        await KeyReusedAsync(published, force: true);

        // The same request again does nothing, whatever draft there is by then.
        await registry.Drafts.PutAsync(me, "a", Card("3.0", "x"), Cancellation);
        var again = await registry.Drafts.PublishAsync(published, "a", default, false, Cancellation);
        Assert.Equal((true, "2.0"), (again.Repeated, AgentVersionKind.VersionOf(again.Agent.Card)));

        Task KeyReusedAsync(Caller caller, bool force) => RefusedAsync(
            RegistryError.KeyReused, Identifiers.KeyField, () => registry.Drafts.PublishAsync(caller, "a", default, force, Cancellation));
    }

    [Fact]
    public async Task That_nobody_knows_whether_the_draft_is_gone_fails_no_publishing()
    {
        await registry.Agents.RegisterAsync(me, new AgentRegistration(Card("1.0", "x")));
        await registry.Drafts.PutAsync(me, "a", Card("2.0", "x"), Cancellation);
        var draft = AgentVersionKind.KeyOf(me.Tenant, "a", AgentVersionKind.DraftNumber);
        registry.Store.BeforeWrite = (_, key) =>
        {
            if (key == draft)
            {
                throw new RecordOutcomeUnknownException("Gone.");
            }
        };
        Assert.Equal(2, (await registry.Drafts.PublishAsync(me, "a", default, false, Cancellation)).Agent.VersionNumber);
        await RefusedAsync(RegistryError.Unavailable, null, () => registry.Drafts.RemoveAsync(me, "a", Cancellation));
        registry.Store.BeforeWrite = null;
        Assert.Equal(2, (await registry.Drafts.PublishAsync(me, "a", default, false, Cancellation)).Agent.VersionNumber);
        await RefusedAsync(RegistryError.NotFound, "draft", () => registry.Drafts.GetAsync(me, "a", Cancellation));
    }

    [Fact]
    public async Task It_is_the_owners_alone()
    {
        await registry.Agents.RegisterAsync(me, new AgentRegistration(Card("1.0", "x")));
        await registry.Drafts.PutAsync(me, "a", Card("2.0", "x"), Cancellation);
        var bob = me with { Subject = "bob" };
        await RefusedAsync(RegistryError.Forbidden, "draft", () => registry.Drafts.PutAsync(bob, "a", Card("3.0", "x"), Cancellation));
        await RefusedAsync(RegistryError.Forbidden, "draft", () => registry.Drafts.GetAsync(bob, "a", Cancellation));
        await RefusedAsync(RegistryError.Forbidden, "draft", () => registry.Drafts.RemoveAsync(bob, "a", Cancellation));
        await RefusedAsync(RegistryError.Forbidden, "draft", () => registry.Drafts.PublishAsync(bob, "a", default, false, Cancellation));
        await RefusedAsync(RegistryError.NotFound, "agent_id", () => registry.Drafts.GetAsync(TestRegistry.NewCaller(), "a", Cancellation));
        await registry.Drafts.RemoveAsync(me, "a", Cancellation);
        await RefusedAsync(RegistryError.NotFound, "draft", () => registry.Drafts.RemoveAsync(me, "a", Cancellation));
    }

    [Fact]
    public async Task What_is_no_card_is_no_draft_and_the_policy_holds_once_it_is_published()
    {
        await registry.Agents.RegisterAsync(me, new AgentRegistration(Card("1.0", "x")) { Compatibility = AgentCompatibility.Backward });
        await RefusedAsync(RegistryError.Invalid, "name", () => registry.Drafts.PutAsync(me, "a", "{}"u8.ToArray(), Cancellation));
        await RefusedAsync(RegistryError.Invalid, "agent_card", () => registry.Drafts.PutAsync(me, "a", "{"u8.ToArray(), Cancellation));
        await RefusedAsync(RegistryError.NotFound, "draft", () => registry.Drafts.GetAsync(me, "a", Cancellation));
        await registry.Drafts.PutAsync(me, "a", Card("2.0", "y"), Cancellation);
        await RefusedAsync(RegistryError.Conflict, "agent_card", () => registry.Drafts.PublishAsync(me, "a", default, false, Cancellation));
        await registry.Drafts.GetAsync(me, "a", Cancellation);
        await registry.Drafts.PublishAsync(me, "a", default, force: true, Cancellation);
    }

    [Fact]
    public async Task It_outlives_changes_and_restarts_and_goes_with_its_agent()
    {
        await registry.Agents.RegisterAsync(me, new AgentRegistration(Card("1", "x")));
        await registry.Drafts.PutAsync(me, "a", Card("draft", "x"), Cancellation);
        for (var i = 2; i < 30; i++)
        {
            await registry.Agents.RegisterAsync(me, new AgentRegistration(Card($"{i}", "x")));
        }

        await registry.RestartAsync();
        Assert.Contains("draft", (await registry.Drafts.GetAsync(me, "a", Cancellation)).Card.ToString(), StringComparison.Ordinal);
        await registry.Agents.RemoveAsync(me, "a");
        await registry.Agents.RegisterAsync(me, new AgentRegistration(Card("1", "x")));
        await RefusedAsync(RegistryError.NotFound, "draft", () => registry.Drafts.GetAsync(me, "a", Cancellation));
    }

    private static ReadOnlyMemory<byte> Card(string version, string skill) =>
        Encoding.UTF8.GetBytes($$"""{"name":"a","version":"{{version}}", "skills":[{"id":"{{skill}}"}]}""");

    private static async Task RefusedAsync(RegistryError error, string? field, Func<Task> call)
    {
        var refusal = await Assert.ThrowsAsync<RegistryException>(call);
        Assert.Equal((error, field), (refusal.Error, refusal.Field));
    }
}

public sealed class MemoryDraftTests(MemoryRegistry registry) : DraftTests(registry), IClassFixture<MemoryRegistry>;

public sealed class PostgresDraftTests(PostgresRegistry registry) : DraftTests(registry.OrSkip()), IClassFixture<PostgresRegistry>;
