using OrleansRegistry.Tests.Agents.Sources;
using OrleansRegistry.Tests.Shared;
using static OrleansRegistry.Tests.Shared.CardServer;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Probes;

/// <summary>Looks at the cards that agents publish, asked for.</summary>
public sealed class ProbeTests(ProbeFixture fixture) : IClassFixture<ProbeFixture>, IAsyncLifetime
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly Caller alice = TestRegistry.NewCaller();
    private readonly ProbeHost host = fixture.Host;
    private CardServer server = null!;

    public async ValueTask InitializeAsync() => server = await CardServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task It_matches_drifts_is_gone_and_comes_back_and_only_changes_are_written()
    {
        server.At["/a.json"] = Serve(Card("a"), "v1");
        var registered = (await RegisterAsync("a", "/a.json")).Agent;
        var found = await ProbeAsync();
        Assert.Equal((AgentProbeOutcome.Matches, null, 0), (found.Result!.Outcome, found.Result.Reason, found.Failures));
        Assert.Equal((server.Url("/a.json"), Hour, Now), (found.Url, found.Interval, found.LastSuccess));
        Assert.Empty(found.Changes);
        var since = Now;
        var revision = await RevisionAsync();
        host.Time.Advance(TimeSpan.FromMinutes(1));
        found = await ProbeAsync();
        Assert.Equal((since, Now, Now), (found.Result!.Since, found.LastProbe, found.LastSuccess));
        Assert.Equal("\"v1\"", server.Requests[^1].Headers.IfNoneMatch);

        // Written otherwise, it is the same.
        server.At["/a.json"] = Serve(Card("a").Replace(",", ", ", StringComparison.Ordinal), "v2");
        Assert.Equal(AgentProbeOutcome.Matches, (await ProbeAsync()).Result!.Outcome);
        Assert.Equal(revision, await RevisionAsync());

        server.At["/a.json"] = Serve(Card("a", "newer"), "v3");
        found = await ProbeAsync();
        Assert.Equal((AgentProbeOutcome.Drifted, "/description"), (found.Result!.Outcome, Assert.Single(found.Result.Drift)));
        var change = Assert.Single(found.Changes);
        Assert.Equal(("/description", "\"A card\"", "\"newer\""), (change.Path, change.Before.ToString(), change.After.ToString()));
        revision = await RevisionAsync();
        found = await ProbeAsync();
        Assert.Equal(AgentProbeOutcome.Drifted, found.Result!.Outcome);
        Assert.False(server.Requests[^1].Headers.ContainsKey("If-None-Match"));
        Assert.Equal(revision, await RevisionAsync());

        var had = Now;
        host.Time.Advance(TimeSpan.FromMinutes(1));
        server.At["/a.json"] = Serve("gone", status: 410);
        found = await ProbeAsync();
        Assert.Equal((AgentProbeOutcome.Unreachable, 1, had), (found.Result!.Outcome, found.Failures, found.LastSuccess));
        Assert.EndsWith("/a.json answered 410", found.Result.Reason, StringComparison.Ordinal);
        revision = await RevisionAsync();
        Assert.Equal(2, (await ProbeAsync()).Failures);
        Assert.Equal(revision, await RevisionAsync());
        var stored = (await host.Agents.GetAsync(alice, "a"))!;
        Assert.Equal((AgentProbeOutcome.Unreachable, had), (stored.Probe!.Result!.Outcome, stored.Probe.Result.LastSuccess));
        Assert.Equal((registered.UpdatedAt, registered.Card, registered.VersionNumber), (stored.UpdatedAt, stored.Card, stored.VersionNumber));
        Assert.Equal(2, (await host.Probes.GetProbeAsync(alice, "a")).Failures);

        server.At["/a.json"] = Serve(Card("a"));
        found = await ProbeAsync();
        Assert.Equal((AgentProbeOutcome.Matches, 0), (found.Result!.Outcome, found.Failures));
        Assert.Equal(AgentProbeOutcome.Matches, (await host.Agents.GetAsync(alice, "a", ReadConsistency.Strong))!.Probe!.Result!.Outcome);
    }

    [Fact]
    public async Task Each_way_to_have_no_card_is_told()
    {
        await RegisterAsync("a", "/a.json");
        await UnreachableAsync("/a.json answered 404");
        server.At["/a.json"] = Serve("<html>", type: "text/html");
        await UnreachableAsync("is no agent card: agent_card: is not valid JSON");
        server.At["/a.json"] = Serve("""{"title":"no card"}""");
        await UnreachableAsync("is no agent card");
        server.At["/a.json"] = Serve($$"""{"name":"a","description":"{{new string('x', 300_000)}}"}""");
        await UnreachableAsync("has more than 262,144 bytes");
        server.At["/a.json"] = Redirect(server.Url("/inside", "127.0.0.2"));
        await UnreachableAsync("leads to an address where this registry fetches no cards");
        server.At["/a.json"] = Redirect("http://169.254.169.254/latest/meta-data");
        await UnreachableAsync("leads to an address where this registry fetches no cards");
        server.At["/a.json"] = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        await UnreachableAsync("closed the connection");
        await host.Agents.PatchAsync(alice, "a", new AgentPatch { ProbeUrl = "http://127.0.0.1:1/a.json" });
        await UnreachableAsync("could not be connected to");
        await host.Agents.PatchAsync(alice, "a", new AgentPatch { ProbeUrl = $"http://no-such-host.invalid/{new string('x', 2_000)}.json" });
        Assert.Equal(500, (await ProbeAsync()).Result!.Reason!.Length);

        async Task UnreachableAsync(string says)
        {
            var found = await ProbeAsync();
            Assert.Equal(AgentProbeOutcome.Unreachable, found.Result!.Outcome);
            Assert.Contains(says, found.Result.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_host_that_hangs_is_given_up()
    {
        await using var quick = await ProbeHost.StartAsync(
            options => options.CardFetch = options.CardFetch with { Timeout = TimeSpan.FromSeconds(1) });
        var asked = new TaskCompletionSource();
        server.At["/a.json"] = context =>
        {
            asked.TrySetResult();
            return Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        await quick.Agents.RegisterAsync(alice, Cards.Registration("a") with { ProbeUrl = server.Url("/a.json"), ProbeInterval = Hour });
        var probing = quick.Probes.ProbeAsync(alice, "a");
        await asked.Task;
        quick.Time.Advance(TimeSpan.FromSeconds(1));
        var found = await probing;
        Assert.Equal(AgentProbeOutcome.Unreachable, found.Result!.Outcome);
        Assert.EndsWith("did not answer within 1 s", found.Result.Reason, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(1), found.Took);
    }

    [Fact]
    public async Task The_card_of_another_agent_is_told_as_such()
    {
        server.At["/a.json"] = Serve(Card("other"));
        await RegisterAsync("a", "/a.json");
        var found = await ProbeAsync();
        Assert.Equal((AgentProbeOutcome.Drifted, "it is the card of 'other'"), (found.Result!.Outcome, found.Result.Reason));
        Assert.Equal("/name", Assert.Single(found.Result.Drift));
    }

    [Fact]
    public async Task Many_differences_are_named_up_to_a_number()
    {
        var many = string.Join(',', Enumerable.Range(0, 100).Select(i => $"\"x{i}{new string('y', 300)}\":1"));
        server.At["/a.json"] = Serve(Card("a").Replace("\"version\"", many + ",\"version\"", StringComparison.Ordinal));
        await RegisterAsync("a", "/a.json");
        var found = await ProbeAsync();
        Assert.Equal((AgentProbeResult.MostDrift, 100), (found.Result!.Drift.Count, found.Changes.Count));
        Assert.All(found.Result.Drift, path => Assert.Equal(200, path.Length));
    }

    [Fact]
    public async Task It_looks_where_the_card_was_fetched_or_at_the_host_that_it_names()
    {
        server.At["/cards/a.json"] = Serve(Card("a"), "v1");
        await host.Agents.RegisterAsync(alice, SourceHost.At(server.Url("/cards/a.json"), "a"));
        Assert.Equal(AgentProbeOutcome.Matches, (await ProbeAsync()).Result!.Outcome);
        Assert.Equal("\"v1\"", server.Requests[^1].Headers.IfNoneMatch);

        var card = Card("b").Replace("https://agent.example.com", server.Url("/a2a/v1"), StringComparison.Ordinal);
        server.At[WellKnown] = Serve(card);
        await host.Agents.RegisterAsync(alice, Cards.Registration("b") with { Card = System.Text.Encoding.UTF8.GetBytes(card) });
        Assert.Equal((AgentProbeOutcome.Matches, server.Url(WellKnown)), await FoundAsync("b"));

        // Where its owner says, the well-known path below is tried too; and it may move there.
        server.At["/team" + WellKnown] = Serve(card);
        await host.Agents.PatchAsync(alice, "b", new AgentPatch { ProbeUrl = server.Url("/team") });
        Assert.Equal((AgentProbeOutcome.Matches, server.Url("/team" + WellKnown)), await FoundAsync("b"));
        server.At["/team"] = Serve(card);
        server.At["/team" + WellKnown] = Serve("moved", status: 404);
        Assert.Equal((AgentProbeOutcome.Matches, server.Url("/team")), await FoundAsync("b"));

        await host.Agents.RegisterAsync(alice, new AgentRegistration("""{"name":"nowhere"}"""u8.ToArray()));
        var refusal = await Refused(RegistryError.Invalid, () => host.Probes.ProbeAsync(alice, "nowhere"));
        Assert.Equal("probe_url", refusal.Field);
        Assert.Null((await host.Probes.GetProbeAsync(alice, "nowhere")).Url);

        async Task<(AgentProbeOutcome, string?)> FoundAsync(string id)
        {
            var found = await host.Probes.ProbeAsync(alice, id);
            return (found.Result!.Outcome, found.Url);
        }
    }

    [Fact]
    public async Task Agents_of_one_host_are_looked_for_below_their_urls_and_its_own_card_is_none_of_theirs()
    {
        string Of(string id) => Card(id).Replace("https://agent.example.com", server.Url("/agents/" + id), StringComparison.Ordinal);
        server.At[WellKnown] = Serve(Card("platform"), "v1");
        server.At["/agents/a" + WellKnown] = Serve(Of("a"));
        foreach (var id in (string[])["a", "b"])
        {
            await host.Agents.RegisterAsync(alice, Cards.Registration(id) with { Card = System.Text.Encoding.UTF8.GetBytes(Of(id)) });
        }

        var found = await ProbeAsync();
        Assert.Equal((AgentProbeOutcome.Matches, server.Url("/agents/a" + WellKnown)), (found.Result!.Outcome, found.Url));
        var other = await host.Probes.ProbeAsync(alice, "b");
        Assert.Equal((AgentProbeOutcome.Unreachable, 1), (other.Result!.Outcome, other.Failures));
        Assert.Contains("/agents/b/.well-known/agent-card.json answered 404; ", other.Result.Reason, StringComparison.Ordinal);
        Assert.EndsWith("has another card: it is the card of 'platform'", other.Result.Reason, StringComparison.Ordinal);
        server.At["/agents/a" + WellKnown] = Serve(Card("renamed"));
        Assert.Equal(AgentProbeOutcome.Drifted, (await ProbeAsync()).Result!.Outcome);
    }

    [Fact]
    public async Task Where_an_agent_is_fetched_from_another_url_it_is_looked_at_there()
    {
        server.At["/old.json"] = Serve(Card("a"), "v1");
        server.At["/new.json"] = Serve(Card("a"), "v2");
        await host.Agents.RegisterAsync(alice, SourceHost.At(server.Url("/old.json"), "a"));
        Assert.Equal(server.Url("/old.json"), (await ProbeAsync()).Url);
        await host.Agents.RegisterAsync(alice, SourceHost.At(server.Url("/new.json"), "a"));
        Assert.Equal(server.Url("/new.json"), (await host.Probes.GetProbeAsync(alice, "a")).Url);
        var found = await ProbeAsync();
        Assert.Equal((AgentProbeOutcome.Matches, server.Url("/new.json")), (found.Result!.Outcome, found.Url));
        Assert.Equal("/new.json", server.Requests[^1].Path);
    }

    [Fact]
    public async Task An_agent_that_is_not_probed_by_itself_is_answered_and_nothing_is_written()
    {
        server.At["/a.json"] = Serve(Card("a", "newer"));
        await RegisterAsync("a", "/a.json");
        await host.Agents.PatchAsync(alice, "a", new AgentPatch { ProbeInterval = TimeSpan.Zero });
        var before = await RevisionAsync();
        var found = await ProbeAsync();
        Assert.Equal((AgentProbeOutcome.Drifted, null, null), (found.Result!.Outcome, found.Interval, found.NextProbe));
        Assert.Equal(before, await RevisionAsync());
        Assert.Null((await host.Agents.GetAsync(alice, "a"))!.Probe!.Result);
    }

    [Fact]
    public async Task What_was_found_of_another_card_is_forgotten()
    {
        server.At["/a.json"] = Serve(Card("a", "newer"));
        await RegisterAsync("a", "/a.json");
        await ProbeAsync();
        await host.Agents.PatchAsync(alice, "a", new AgentPatch(Enabled: false));
        Assert.NotNull((await host.Agents.GetAsync(alice, "a"))!.Probe!.Result);
        await host.Agents.PatchAsync(alice, "a", new AgentPatch("""{"description":"newer"}"""u8.ToArray()));
        var agent = (await host.Agents.GetAsync(alice, "a"))!;
        Assert.Equal((Hour, server.Url("/a.json"), null), (agent.Probe!.Interval, agent.Probe.Url, agent.Probe.Result));
        Assert.Null((await host.Probes.GetProbeAsync(alice, "a")).Result);
        Assert.Equal(AgentProbeOutcome.Matches, (await ProbeAsync()).Result!.Outcome);
        await host.Agents.PatchAsync(alice, "a", new AgentPatch { ProbesByCard = true, ProbesAsUsual = true });
        Assert.Null((await host.Agents.GetAsync(alice, "a"))!.Probe);
    }

    [Fact]
    public async Task Lists_and_watches_go_by_it()
    {
        server.At["/a.json"] = Serve(Card("a"));
        await RegisterAsync("a", "/a.json");
        await RegisterAsync("b", "/b.json");
        await host.Agents.RegisterAsync(alice, Cards.Registration("c"));
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var events = host.Agents.WatchAsync(alice, afterRevision: host.Agents.Revision, cancellationToken: enough.Token)
            .GetAsyncEnumerator(enough.Token);
        await host.Probes.ProbeAsync(alice, "a");
        await host.Probes.ProbeAsync(alice, "b");
        Assert.Equal(["a"], await IdsAsync(new AgentQuery { Any = AgentFilters.Of(AgentField.Probe, "matches") }));
        Assert.Equal(["a", "c"], await IdsAsync(new AgentQuery { Not = AgentFilters.Of(AgentField.Probe, "unreachable") }));
        foreach (var id in (string[])["a", "b"])
        {
            do
            {
                Assert.True(await events.MoveNextAsync());
            }
            while (events.Current.Kind == AgentEventKind.Synced);
            Assert.Equal((AgentEventKind.Status, id), (events.Current.Kind, events.Current.AgentId));
        }

        async Task<IEnumerable<string>> IdsAsync(AgentQuery query) => (await host.Agents.ListAsync(alice, query)).Agents.Select(agent => agent.Id);
    }

    private DateTimeOffset Now => host.Time.GetUtcNow();

    private Task<AgentWriteResult> RegisterAsync(string id, string path) => host.Agents.RegisterAsync(
        alice,
        Cards.Registration(id) with
        {
            Card = System.Text.Encoding.UTF8.GetBytes(Card(id)),
            ProbeUrl = server.Url(path),
            ProbeInterval = Hour,
        });

    private Task<AgentProbeStatus> ProbeAsync() => host.Probes.ProbeAsync(alice, "a");

    private async Task<long> RevisionAsync() => (await host.Agents.GetAsync(alice, "a", ReadConsistency.Strong))!.Revision;
}
