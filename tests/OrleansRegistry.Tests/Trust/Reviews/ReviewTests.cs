using System.Reflection;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Tests.Shared;
using OrleansRegistry.Trust.Reviews;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Trust.Reviews;

/// <summary>New agents and other cards that wait for somebody who may approve them.</summary>
public sealed class ReviewTests(ReviewFixture fixture) : IClassFixture<ReviewFixture>
{
    private readonly Cast cast = Cast.New();
    private readonly IAgentRegistry agents = fixture.Host.Agents;
    private readonly IAgentReviews reviews = fixture.Reviews;

    [Fact]
    public async Task A_new_agent_is_none_until_it_is_approved_and_is_then_who_sent_its()
    {
        await AskAsync(ReviewMode.New);
        var registration = Cards.Registration("a") with
        {
            Workers = ["w"],
            Ttl = TimeSpan.FromMinutes(1),
            Enabled = false,
            LifeCycle = AgentLifeCycle.Draft,
            Sharing = new AgentSharingChange { Visibility = AgentVisibility.Named, VisibleTo = ["bob"] },
        };
        var held = await agents.RegisterAsync(cast.Alice, registration);
        Assert.Equal((ReviewState.Pending, true, "alice", "a", false, 0L), Told(held));
        Assert.Null(await agents.GetAsync(cast.Alice, "a"));
        Assert.Null(await agents.GetAsync(cast.Alice, "a", ReadConsistency.Strong));

        var shown = (await reviews.GetAsync(cast.Rita, "a"))!;
        Assert.Equal(Encoding.UTF8.GetString(registration.Card.Span), shown.Card.ToString());
        Assert.Equal(shown with { Card = default }, held.Review);
        Assert.Null(await reviews.GetAsync(cast.Bob, "a"));

        var approved = await reviews.ApproveAsync(cast.Rita, "a", shown.Id);
        Assert.Equal((ReviewState.Approved, "rita"), (approved.State, approved.DecidedBy));
        var agent = (await agents.GetAsync(cast.Alice, "a"))!;
        Assert.Equal(shown.Card, agent.Card);
        Assert.Equal(("alice", false, AgentLifeCycle.Draft, "w"), (agent.Owner, agent.Enabled, agent.LifeCycle, agent.Workers.Single()));
        Assert.Equal(TimeSpan.FromMinutes(1), agent.Lease!.Ttl);
        Assert.Equal((AgentVisibility.Named, "bob"), (agent.Sharing!.Visibility, agent.Sharing.VisibleTo.Single()));
        Assert.Equal(approved, await reviews.ApproveAsync(cast.Rob, "a", shown.Id));
        await Refused(RegistryError.Conflict, () => reviews.RejectAsync(cast.Rob, "a", shown.Id, "too late"));

        // Cards are no matter of this policy.
        Assert.Null((await agents.RegisterAsync(cast.Alice, Cards.Registration("a", "another"))).Review);
    }

    [Fact]
    public async Task The_card_that_is_approved_stays_in_force_while_another_waits_and_where_that_is_rejected()
    {
        await agents.RegisterAsync(cast.Alice, Cards.Registration("a", "first"));
        await AskAsync(ReviewMode.All);
        var before = (await agents.GetAsync(cast.Alice, "a"))!;
        var held = await agents.RegisterAsync(cast.Alice, Cards.Registration("a", "second"));
        Assert.Equal((before.Revision, before.Card), (held.Agent.Revision, held.Agent.Card));
        Assert.Equal(held.Review, (await agents.RegisterAsync(cast.Alice, Cards.Registration("a", "second"))).Review);
        Assert.Null((await agents.RegisterAsync(cast.Alice, Cards.Registration("a", "first"))).Review);

        var rejected = await reviews.RejectAsync(cast.Rita, "a", held.Review!.Id, "no");
        Assert.Equal((ReviewState.Rejected, "rita", "no"), (rejected.State, rejected.DecidedBy, rejected.Reason));
        await Refused(RegistryError.Conflict, () => reviews.ApproveAsync(cast.Rob, "a", held.Review.Id));
        Assert.Equal(before.Card, (await agents.GetAsync(cast.Alice, "a", ReadConsistency.Strong))!.Card);

        // Asked again, it is another review.
        var again = await agents.RegisterAsync(cast.Alice, Cards.Registration("a", "second"));
        Assert.NotEqual(held.Review.Id, again.Review!.Id);
        await Refused(RegistryError.Conflict, () => reviews.ApproveAsync(cast.Rita, "a", held.Review.Id));
        await reviews.ApproveAsync(cast.Rita, "a", again.Review.Id);
        Assert.Contains("second", (await agents.GetAsync(cast.Alice, "a"))!.Card.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_may_approve_waits_for_nobody()
    {
        await AskAsync(ReviewMode.All);
        Assert.True((await agents.RegisterAsync(cast.Rita, Cards.Registration("a"))).Created);
        Assert.Null((await agents.PatchAsync(cast.Rita, "a", Described("b"))).Review);
    }

    [Fact]
    public async Task All_ways_to_another_card_wait()
    {
        await agents.RegisterAsync(cast.Alice, Cards.Registration("a", "first"));
        await agents.RegisterAsync(cast.Alice, Cards.Registration("a", "second"));
        await AskAsync(ReviewMode.All);
        var batch = await agents.RegisterManyAsync(
            cast.Alice, [Cards.Registration("a", "third"), Cards.Registration("b"), Cards.Registration("a", "second")]);
        Assert.Equal([ReviewState.Pending, ReviewState.Pending, null], batch.Select(result => result.Written!.Review?.State));

        var patched = await agents.PatchAsync(cast.Alice, "a", Described("patched") with { Enabled = false });
        Assert.Equal((ReviewState.Pending, true), (patched.Review!.State, patched.Agent.Enabled));
        Assert.Equal("ttl", (await Refused(
            RegistryError.Invalid, () => agents.PatchAsync(cast.Alice, "a", Described("other") with { EndsLease = true }))).Field);
        Assert.False((await agents.PatchAsync(cast.Alice, "a", new AgentPatch(Enabled: false))).Agent.Enabled);

        await fixture.Host.Drafts.PutAsync(cast.Alice, "a", Cards.Json("a", "drafted"));
        Assert.NotNull((await fixture.Host.Drafts.PublishAsync(cast.Alice, "a")).Review);
        Assert.NotNull(await fixture.Host.Drafts.GetAsync(cast.Alice, "a"));
        var back = (await fixture.Host.Versions.RollBackAsync(cast.Alice, "a", "@1")).Review!;
        Assert.Contains("first", (await reviews.GetAsync(cast.Alice, "a"))!.Card.ToString(), StringComparison.Ordinal);
        await reviews.ApproveAsync(cast.Rita, "a", back.Id);
        var agent = (await agents.GetAsync(cast.Alice, "a"))!;
        Assert.Contains("first", agent.Card.ToString(), StringComparison.Ordinal);
        Assert.Equal((3, false), (agent.VersionNumber, agent.Enabled));
    }

    [Fact]
    public void All_that_a_registration_says_waits_with_its_card()
    {
        // Of the card and the id it is; the source has where a card is fetched; the condition is judged before.
        string[] others = ["Card", "Id", "Condition", "CardUrl", "RefreshInterval", "PublishesDraft"];
        var members = typeof(AgentRegistration).GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(member => member.CanWrite && !others.Contains(member.Name)).ToList();
        Assert.True(members.Count > 10);
        foreach (var member in members)
        {
            var said = Cards.Registration("a") with { LifeCycle = member.Name == "Deprecation" ? AgentLifeCycle.Deprecated : null };
            member.SetValue(said, SampleOf(member));
            var review = new StoredReview
            {
                Id = "r",
                State = ReviewState.Pending,
                RequestedBy = "alice",
                ActsAs = "alice",
                RequestedAt = DateTimeOffset.UnixEpoch,
                Held = HeldRegistration.Of(CheckedRegistration.Of(said, new AgentRules())),
            };
            var stored = new StoredRecord(new RecordKey("t", "a"), 1, ReviewKind.Write(review));
            Assert.Equivalent(member.GetValue(said), member.GetValue(ReviewKind.Read(stored).Held.Said));
        }

        static object SampleOf(PropertyInfo member)
        {
            var type = Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType;
            return type.IsEnum ? Enum.GetValues(type).GetValue(type == typeof(AgentDelivery) ? 0 : 1)!
                : type == typeof(bool) ? true
                : type == typeof(string) ? "https://example.com/card.json"
                : type == typeof(TimeSpan) ? TimeSpan.FromMinutes(5)
                : type == typeof(IReadOnlyList<string>) ? new[] { "w" }
                : type == typeof(AgentDeprecation) ? new AgentDeprecation("Old", "other")
                : type == typeof(AgentSharingChange) ? new AgentSharingChange { Visibility = AgentVisibility.Named, VisibleTo = ["bob"] }
                : type == typeof(AgentCredentials) ? new AgentCredentials(new Dictionary<string, string> { ["X-Key"] = "secret" })
                : throw new InvalidOperationException($"{member.Name} needs a sample here, and a member in HeldRegistration and HeldJson.");
        }
    }

    [Fact]
    public async Task A_patch_that_waits_has_all_that_it_said()
    {
        await agents.RegisterAsync(cast.Alice, Cards.Registration("a"));
        await AskAsync(ReviewMode.All);
        var held = await agents.PatchAsync(cast.Alice, "a", Described("patched") with { Enabled = false, ProbeInterval = TimeSpan.Zero });
        await reviews.ApproveAsync(cast.Rita, "a", held.Review!.Id);
        var agent = (await agents.GetAsync(cast.Alice, "a"))!;
        Assert.Equal((false, TimeSpan.Zero), (agent.Enabled, agent.Probe!.Interval));
        Assert.Contains("patched", agent.Card.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_of_the_agent_since_is_no_approval_but_its_health_is_none()
    {
        await agents.RegisterAsync(cast.Alice, Cards.Registration("a", "first"));
        await AskAsync(ReviewMode.All);
        var held = (await agents.RegisterAsync(cast.Alice, Cards.Registration("a", "second"))).Review!;
        await agents.RegisterAsync(cast.Rita, Cards.Registration("a", "reviewer's"));
        await Refused(RegistryError.Conflict, () => reviews.ApproveAsync(cast.Rita, "a", held.Id));
        Assert.Equal(held, (await reviews.GetAsync(cast.Rita, "a"))! with { Card = default });

        await agents.RemoveAsync(cast.Rita, "a");
        Assert.Contains(
            "not registered any more",
            (await Refused(RegistryError.Conflict, () => reviews.ApproveAsync(cast.Rita, "a", held.Id))).Message,
            StringComparison.Ordinal);
        await agents.RegisterAsync(cast.Rita, Cards.Registration("a", "first"));
        await Refused(RegistryError.Conflict, () => reviews.ApproveAsync(cast.Rita, "a", held.Id));
        await agents.RemoveAsync(cast.Rita, "a");

        var anew = (await agents.RegisterAsync(cast.Alice, Cards.Registration("a"))).Review!;
        Assert.True(anew.IsNew);
        await reviews.ApproveAsync(cast.Rita, "a", anew.Id);
        var next = (await agents.RegisterAsync(cast.Alice, Cards.Registration("a", "third"))).Review!;
        await agents.PatchAsync(cast.Alice, "a", new AgentPatch(Enabled: false));
        await reviews.ApproveAsync(cast.Rita, "a", next.Id);
        Assert.Contains("third", (await agents.GetAsync(cast.Alice, "a"))!.Card.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_who_decide_at_once_one_counts()
    {
        await AskAsync(ReviewMode.All);
        for (var i = 0; i < 10; i++)
        {
            var id = $"a{i}";
            var held = (await agents.RegisterAsync(cast.Alice, Cards.Registration(id))).Review!;
            var tries = await Task.WhenAll(
                TryAsync(() => reviews.ApproveAsync(cast.Rita, id, held.Id)), TryAsync(() => reviews.RejectAsync(cast.Rob, id, held.Id, "no")));
            var won = Assert.Single(tries.OfType<AgentReview>());
            Assert.Equal(won.State == ReviewState.Approved, await agents.GetAsync(cast.Alice, id) is not null);
            Assert.Equal(won.State, (await reviews.GetAsync(cast.Alice, id))!.State);
        }

        var both = (await agents.RegisterAsync(cast.Alice, Cards.Registration("both"))).Review!;
        await Task.WhenAll(reviews.ApproveAsync(cast.Rita, "both", both.Id), reviews.ApproveAsync(cast.Rob, "both", both.Id));
        Assert.Equal(1, (await agents.GetAsync(cast.Alice, "both"))!.VersionNumber);
    }

    [Fact]
    public async Task What_waits_is_taken_back_by_who_asked_alone_and_nobody_takes_anothers_place()
    {
        await AskAsync(ReviewMode.All);
        await agents.RegisterAsync(cast.Alice, Cards.Registration("a"));
        await Refused(RegistryError.Conflict, () => agents.RegisterAsync(cast.Bob, Cards.Registration("a")));
        await Refused(RegistryError.NotFound, () => reviews.WithdrawAsync(cast.Bob, "a"));
        await reviews.WithdrawAsync(cast.Alice, "a");
        await Refused(RegistryError.NotFound, () => reviews.WithdrawAsync(cast.Alice, "a"));
        Assert.Null(await reviews.GetAsync(cast.Rita, "a"));
        var bobs = (await agents.RegisterAsync(cast.Bob, Cards.Registration("a"))).Review!;
        await reviews.RejectAsync(cast.Rita, "a", bobs.Id, "no");
        await Refused(RegistryError.Conflict, () => reviews.WithdrawAsync(cast.Bob, "a"));
    }

    [Fact]
    public async Task They_are_listed_by_state_and_in_pages_for_who_may_see_them()
    {
        await AskAsync(ReviewMode.All);
        foreach (var (caller, id) in ((Caller, string)[])[(cast.Alice, "a1"), (cast.Bob, "b1"), (cast.Alice, "a2")])
        {
            await agents.RegisterAsync(caller, Cards.Registration(id));
        }

        await reviews.RejectAsync(cast.Rita, "a1", (await reviews.GetAsync(cast.Rita, "a1"))!.Id, "no");
        Assert.Equal(["a2", "b1"], await ListAsync(cast.Rita, ReviewState.Pending));
        Assert.Equal(["a1"], await ListAsync(cast.Rita, ReviewState.Rejected));
        Assert.Equal(["a1", "a2"], await ListAsync(cast.Alice, null));
        Assert.Equal(["b1"], await ListAsync(cast.Bob, ReviewState.Pending));
        Assert.Empty(await ListAsync(Cast.New().Rita, null));
    }

    [Fact]
    public async Task What_a_role_does_not_allow_is_refused()
    {
        await AskAsync(ReviewMode.All);
        var held = (await agents.RegisterAsync(cast.Alice, Cards.Registration("a"))).Review!;
        await Refused(RegistryError.Forbidden, () => reviews.ApproveAsync(cast.Alice, "a", held.Id));
        await Refused(RegistryError.Forbidden, () => reviews.RejectAsync(cast.Alice, "a", held.Id, "no"));
        await Refused(RegistryError.Forbidden, () => reviews.PutPolicyAsync(cast.Alice, new ReviewPolicy()));
        await Refused(RegistryError.Forbidden, () => reviews.ListAsync(cast.Alice with { Allowed = Permissions.AgentsRead }));
        await Refused(RegistryError.Forbidden, () => reviews.ApproveAsync(cast.Rita with { Agents = ["b"] }, "a", held.Id));
        await Refused(RegistryError.NotFound, () => reviews.ApproveAsync(Cast.New().Rita, "a", held.Id));
        Assert.Null(await agents.GetAsync(cast.Alice, "a"));
    }

    [Fact]
    public async Task Bad_input_is_refused_before_anything_waits()
    {
        await agents.RegisterAsync(cast.Alice, Cards.Registration("old"));
        await AskAsync(ReviewMode.All);
        await Refused(RegistryError.Invalid, () => agents.RegisterAsync(cast.Alice, new AgentRegistration("{}"u8.ToArray())));
        await Refused(RegistryError.Conflict, () => agents.RegisterAsync(cast.Alice, Cards.Registration("a") with { Condition = new(7) }));
        await Refused(
            RegistryError.Conflict, () => agents.RegisterAsync(cast.Alice, Cards.Registration("old", "x") with { Condition = new(IfAbsent: true) }));
        await Refused(RegistryError.Forbidden, () => agents.RegisterAsync(cast.Bob, Cards.Registration("old", "x")));
        await Refused(RegistryError.NotFound, () => agents.PatchAsync(cast.Alice, "nobody", Described("x")));
        Assert.Empty(await ListAsync(cast.Rita, null));

        await agents.RegisterAsync(cast.Alice, Cards.Registration("a"));
        await Refused(RegistryError.Conflict, () => reviews.ApproveAsync(cast.Rita, "a", "another"));
        Assert.Equal("reason", (await Refused(RegistryError.Invalid, () => reviews.RejectAsync(cast.Rita, "a", "x", " "))).Field);
        Assert.Equal("reason", (await Refused(RegistryError.Invalid, () => reviews.RejectAsync(cast.Rita, "a", "x", new string('n', 1001)))).Field);
        Assert.Equal("page_size", (await Refused(RegistryError.Invalid, () => reviews.ListAsync(cast.Rita, pageSize: 0))).Field);
    }

    [Fact]
    public async Task A_card_that_is_fetched_again_waits_too_and_is_not_asked_for_again_once_it_was_rejected()
    {
        await using var server = await CardServer.StartAsync();
        server.At[CardServer.WellKnown] = CardServer.Serve(CardServer.Card("a"), "v1");
        await agents.RegisterAsync(cast.Alice, new AgentRegistration(default) { CardUrl = server.Url(), RefreshInterval = TimeSpan.FromDays(1) });
        await AskAsync(ReviewMode.All);
        server.At[CardServer.WellKnown] = CardServer.Serve(CardServer.Card("a", "newer"), "v2");
        var refresh = await agents.RefreshAsync(cast.Alice, "a");
        Assert.Equal((false, ReviewState.Pending), (refresh.Changed, refresh.Review!.State));
        Assert.Contains("waits for a review", refresh.Agent.Source!.Failure!.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("newer", refresh.Agent.Card.ToString(), StringComparison.Ordinal);
        Assert.Equal(refresh.Review, (await agents.RefreshAsync(cast.Alice, "a")).Review);

        await reviews.RejectAsync(cast.Rita, "a", refresh.Review.Id, "no");
        var again = (await agents.RefreshAsync(cast.Alice, "a")).Review!;
        Assert.Equal((refresh.Review.Id, ReviewState.Rejected), (again.Id, again.State));

        server.At[CardServer.WellKnown] = CardServer.Serve(CardServer.Card("a", "newest"), "v3");
        var newest = (await agents.RefreshAsync(cast.Alice, "a")).Review!;
        await reviews.ApproveAsync(cast.Rita, "a", newest.Id);
        var agent = (await agents.GetAsync(cast.Alice, "a"))!;
        Assert.Contains("newest", agent.Card.ToString(), StringComparison.Ordinal);
        Assert.Equal((null, TimeSpan.FromDays(1)), (agent.Source!.Failure, agent.Source.RefreshInterval));
        Assert.Null((await agents.RefreshAsync(cast.Alice, "a")).Review);
    }

    [Fact]
    public async Task An_approval_that_was_cut_short_goes_on_by_itself()
    {
        await AskAsync(ReviewMode.All);
        var held = (await agents.RegisterAsync(cast.Alice, Cards.Registration("a"))).Review!;
        var past = DateTimeOffset.UtcNow.AddMinutes(-1);
        await fixture.Host.Services.GetRequiredService<ReviewStore>().ChangeAsync(
            new RecordKey(cast.Alice.Tenant, "a"),
            review => review! with { State = ReviewState.Approved, DecidedBy = "rita", DecidedAt = past, DueAt = past });
        fixture.Host.Services.GetRequiredService<ReviewNotices>().Tell();
        await Eventually.TrueAsync(async () => await agents.GetAsync(cast.Alice, "a") is not null, "the agent");
        Assert.Equal(held.Id, (await reviews.ApproveAsync(cast.Rita, "a", held.Id)).Id);
        Assert.Equal(1, (await agents.GetAsync(cast.Alice, "a", ReadConsistency.Strong))!.VersionNumber);
    }

    private static (ReviewState?, bool?, string?, string, bool, long) Told(AgentWriteResult result) => (
        result.Review?.State, result.Review?.IsNew, result.Review?.RequestedBy, result.Agent.Id, result.Created, result.Agent.Revision);

    private static AgentPatch Described(string description) => new(Encoding.UTF8.GetBytes($$"""{"description":"{{description}}"}"""));

    private static async Task<AgentReview?> TryAsync(Func<Task<AgentReview>> decide)
    {
        try
        {
            return await decide();
        }
        catch (RegistryException late) when (late.Error == RegistryError.Conflict)
        {
            return null;
        }
    }

    private Task<ReviewPolicySaved> AskAsync(ReviewMode mode) => reviews.PutPolicyAsync(cast.Rita, new ReviewPolicy(mode));

    private async Task<IEnumerable<string>> ListAsync(Caller caller, ReviewState? state)
    {
        var ids = new List<string>();
        string? token = null;
        do
        {
            var page = await reviews.ListAsync(caller, state, pageSize: 1, token);
            ids.AddRange(page.Reviews.Select(review => review.AgentId));
            token = page.NextPageToken;
        }
        while (token is not null);
        return ids.Order(StringComparer.Ordinal);
    }
}
