namespace OrleansRegistry.Tests;

/// <summary>The registry as another program's host uses it, without HTTP.</summary>
public abstract class CoHostedTests
{
    private static readonly Caller Me = Caller.Default;

    /// <summary>A registry that is empty, on the store under test.</summary>
    private protected abstract Task<RegistryHost> StartAsync();

    [Fact]
    public async Task An_agent_is_registered_found_changed_and_removed()
    {
        await using var host = await StartAsync();
        var agents = host.Agents;

        var registered = await agents.RegisterAsync(Me, Cards.Registration("weather", "Tells the weather", ["sky"]));
        Assert.True(registered.Created);
        Assert.Equal("weather", registered.Agent.Id);
        Assert.Empty(registered.Warnings);

        var found = await agents.GetAsync(Me, "weather");
        Assert.Equal(Cards.Json("weather", "Tells the weather", ["sky"]).ToArray(), found!.Card.Utf8.ToArray());
        Assert.Equal(registered.Agent.Revision, found.Revision);

        var patched = await agents.PatchAsync(Me, "weather", new AgentPatch("""{"description":"Tells the tide"}"""u8.ToArray(), Enabled: false));
        Assert.True(patched.Agent.Revision > registered.Agent.Revision);
        Assert.False(patched.Agent.Enabled);
        Assert.Equal(registered.Agent.CreatedAt, patched.Agent.CreatedAt);
        Assert.Empty((await agents.ListAsync(Me, new AgentQuery { Text = "WEATHER the" })).Agents);
        Assert.Single((await agents.ListAsync(Me, new AgentQuery { Text = "the TIDE" })).Agents);

        var removed = await agents.RemoveAsync(Me, "weather");
        Assert.True(removed.Revision > patched.Agent.Revision);
        Assert.Null(await agents.GetAsync(Me, "weather"));
        Assert.Null(await agents.GetAsync(Me, "weather", ReadConsistency.Strong));
        Assert.Empty(await agents.GetTagsAsync(Me));
    }

    [Fact]
    public async Task A_second_registration_replaces_the_card_and_keeps_when_it_was_created()
    {
        await using var host = await StartAsync();
        var first = await host.Agents.RegisterAsync(Me, Cards.Registration("a", tags: ["old"]));
        var second = await host.Agents.RegisterAsync(Me, Cards.Registration("a", tags: ["new"]));
        Assert.False(second.Created);
        Assert.Equal(first.Agent.CreatedAt, second.Agent.CreatedAt);
        Assert.Equal(["new"], (await host.Agents.GetTagsAsync(Me)).Select(tag => tag.Value));
    }

    [Fact]
    public async Task A_grain_that_saw_no_agent_takes_the_revision_that_a_batch_gave_it()
    {
        await using var host = await RegistryHost.StartAsync();
        await Refused(RegistryError.Conflict, () => host.Agents.RegisterAsync(Me, Cards.Registration("a") with { Condition = new(5) }));
        var batch = await host.Agents.RegisterManyAsync(Me, [Cards.Registration("a")]);
        var revision = Assert.Single(batch).Written!.Agent.Revision;
        var written = await host.Agents.RegisterAsync(Me, Cards.Registration("a", "changed") with { Condition = new(revision) });
        Assert.False(written.Created);
    }

    [Fact]
    public async Task A_patch_takes_over_where_an_extension_came_from_however_its_name_is_spelled()
    {
        await using var host = await RegistryHost.StartAsync();
        await host.Agents.RegisterAsync(Me, Cards.Registration("first", extensions: ["urn:x"]));
        await host.Agents.RegisterAsync(Me, Cards.Registration("second"));
        await host.Agents.PatchAsync(Me, "second", new AgentPatch("""{"capabilities":{"\u0065xtensions":[{"uri":"urn:x"}]}}"""u8.ToArray()));
        await host.Agents.RemoveAsync(Me, "first");
        Assert.Equal("first", (await host.Agents.GetExtensionAsync(Me, "urn:x"))!.FirstDeclaredByAgent);
    }

    [Fact]
    public async Task Conditions_hold_or_the_write_is_refused()
    {
        await using var host = await StartAsync();
        var first = await host.Agents.RegisterAsync(Me, Cards.Registration("a"));
        var again = Cards.Registration("a", "changed");

        await Refused(RegistryError.Conflict, () => host.Agents.RegisterAsync(Me, again with { Condition = new(IfAbsent: true) }));
        await Refused(RegistryError.Conflict, () => host.Agents.RegisterAsync(Me, again with { Condition = new(first.Agent.Revision + 1) }));
        await Refused(RegistryError.Conflict, () => host.Agents.RemoveAsync(Me, "a", new(first.Agent.Revision + 1)));
        var second = await host.Agents.RegisterAsync(Me, again with { Condition = new(first.Agent.Revision) });
        await Refused(
            RegistryError.Conflict,
            () => host.Agents.PatchAsync(Me, "a", new AgentPatch(Enabled: false, Condition: new(first.Agent.Revision))));
        Assert.Equal(second.Agent.Revision, (await host.Agents.GetAsync(Me, "a", ReadConsistency.Strong))!.Revision);
    }

    [Fact]
    public async Task A_condition_names_several_revisions_or_asks_for_any_agent_at_all()
    {
        await using var host = await StartAsync();
        var card = Cards.Registration("a");
        WriteCondition exists = new(null) { IfExists = true };
        await Refused(RegistryError.Conflict, () => host.Agents.RegisterAsync(Me, card with { Condition = exists }));
        await Refused(RegistryError.Conflict, () => host.Agents.RegisterAsync(Me, card with { Condition = OneOf(1, 2) }));
        await Refused(RegistryError.NotFound, () => host.Agents.PatchAsync(Me, "a", new AgentPatch(Enabled: true, Condition: exists)));
        await Refused(RegistryError.NotFound, () => host.Agents.RemoveAsync(Me, "a", OneOf(1)));
        Assert.Null(await host.Agents.GetAsync(Me, "a", ReadConsistency.Strong));

        var first = (await host.Agents.RegisterAsync(Me, card)).Agent.Revision;
        await Refused(RegistryError.Conflict, () => host.Agents.RegisterAsync(Me, card with { Condition = OneOf(first + 1, first + 2) }));
        await Refused(RegistryError.Conflict, () => host.Agents.RemoveAsync(Me, "a", OneOf()));
        var keyed = Me with { IdempotencyKey = "k" };
        var second = await host.Agents.RegisterAsync(keyed, card with { Condition = OneOf(first + 7, first) });
        var repeated = await host.Agents.RegisterAsync(keyed, card with { Condition = OneOf(first + 7, first) });
        Assert.Equal((second.Agent.Revision, true), (repeated.Agent.Revision, repeated.Repeated));

        var writes = Enumerable.Range(0, 20).Select(i => host.Agents.PatchAsync(Me, "a", new AgentPatch(Enabled: i % 2 == 0, Condition: exists)));
        Assert.Equal(20, (await Task.WhenAll(writes)).Select(written => written.Agent.Revision).Distinct().Count());
        await host.Agents.RemoveAsync(Me, "a", exists);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1001)]
    public async Task A_page_has_a_size_that_lists_allow(int size)
    {
        await using var host = await StartAsync();
        foreach (var call in (Func<Task>[])
            [
                () => host.Agents.ListAsync(Me, new AgentQuery { PageSize = size }).AsTask(),
                () => host.Agents.ListExtensionsAsync(Me, new ExtensionQuery { PageSize = size }).AsTask(),
            ])
        {
            var refusal = await Assert.ThrowsAsync<RegistryException>(call);
            Assert.Equal(("page_size", $"page_size: must be an integer from 1 to 1,000, not '{size}'"), (refusal.Field, refusal.Message));
        }
    }

    [Fact]
    public async Task What_does_not_exist_is_not_found()
    {
        await using var host = await StartAsync();
        await Refused(RegistryError.NotFound, () => host.Agents.RemoveAsync(Me, "nobody"));
        await Refused(RegistryError.NotFound, () => host.Agents.PatchAsync(Me, "nobody", new AgentPatch { Enabled = true }));
        Assert.Null(await host.Agents.GetAgentExtensionsAsync(Me, "nobody"));
    }

    [Fact]
    public async Task A_batch_gives_each_entry_its_own_result()
    {
        await using var host = await StartAsync();
        await host.Agents.RegisterAsync(Me, Cards.Registration("known"));
        var results = await host.Agents.RegisterManyAsync(Me,
        [
            Cards.Registration("new"),
            new AgentRegistration("{}"u8.ToArray()),
            Cards.Registration("known", "changed"),
            Cards.Registration("new", "twice in one batch: the last one wins"),
        ]);

        Assert.Equal([true, null, false, false], results.Select(result => result.Written?.Created));
        Assert.Equal("name", results[1].Refused!.Field);
        Assert.Contains("last one wins", (await host.Agents.GetAsync(Me, "new"))!.Card.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, (await host.Agents.GetStatsAsync(Me)).Total);
    }

    [Fact]
    public async Task A_grain_that_a_batch_wrote_under_sees_the_agent()
    {
        await using var host = await StartAsync();
        Assert.Null(await host.Agents.GetAsync(Me, "late", ReadConsistency.Strong));
        await Refused(RegistryError.NotFound, () => host.Agents.RemoveAsync(Me, "late"));
        var written = (await host.Agents.RegisterManyAsync(Me, [Cards.Registration("late")]))[0].Written!;
        Assert.Equal(written.Agent.Revision, (await host.Agents.GetAsync(Me, "late", ReadConsistency.Strong))!.Revision);
        var again = await host.Agents.RegisterAsync(Me, Cards.Registration("late", "changed"));
        Assert.False(again.Created);
    }

    [Fact]
    public async Task Concurrent_writers_of_one_agent_are_all_answered_and_the_last_revision_stands()
    {
        await using var host = await StartAsync();
        var writes = Enumerable.Range(0, 200).Select(i => host.Agents.RegisterAsync(Me, Cards.Registration("busy", $"version {i}")));
        var results = await Task.WhenAll(writes);
        Assert.Equal(200, results.Select(result => result.Agent.Revision).Distinct().Count());
        Assert.Single(results, result => result.Created);
        var last = results.MaxBy(result => result.Agent.Revision)!;
        Assert.Equal(last.Agent.Card, (await host.Agents.GetAsync(Me, "busy"))!.Card);
    }

    private static WriteCondition OneOf(params long[] revisions) => new(null) { IfRevisionIn = revisions };

    private static async Task Refused(RegistryError error, Func<Task> call) =>
        Assert.Equal(error, (await Assert.ThrowsAsync<RegistryException>(call)).Error);
}

public sealed class CoHostedOnMemoryTests : CoHostedTests
{
    private protected override Task<RegistryHost> StartAsync() => RegistryHost.StartAsync();
}
