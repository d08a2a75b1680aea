using System.Diagnostics;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OrleansRegistry.Clustering;
using OrleansRegistry.Instances;
using OrleansRegistry.Liveness;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Storage.Tests.Telemetry;
using OrleansRegistry.Tests.Shared;
using OrleansRegistry.Tests.Tasks;
using OrleansRegistry.Trust.Signatures;
using OrleansRegistry.Trust.Tenants;

namespace OrleansRegistry.Tests.Silos;

/// <summary>Every method of every grain interface, called on another silo: whatever is sent can be sent, and comes as it was.</summary>
public sealed partial class AcrossSilosTests(TwoSilos silos) : IClassFixture<TwoSilos>
{
    private static readonly Caller Alice = new("acme", "alice");
    private static readonly TaskRules Rules = new();
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly DateTimeOffset When = DateTimeOffset.UnixEpoch.AddDays(20_000);

    [Fact]
    public async Task Every_method_of_every_grain_is_called_from_another_silo()
    {
        await CallAgent();
        await CallLease();
        await CallInstances();
        await CallProbe();
        await CallSignature();
        await CallTask();
        await CallContext();
        await CallFeedback();
        await CallWork();
        await CallPush();
        await CallSubscription();
        await CallList();
        await CallShare();
        await CallQuota();
        await CallAudit();

        var methods = typeof(IAgentGrain).Assembly.GetTypes()
            .Where(type => type.IsInterface && type.IsAssignableTo(typeof(IAddressable)))
            .SelectMany(type => type.GetMethods());
        Assert.Empty(methods.Except(silos.Called).Select(Name));
    }

    [Fact]
    public async Task What_another_silo_does_is_of_the_callers_trace()
    {
        using var spans = new SpanCapture("Microsoft.Orleans.Runtime");
        await silos.Grain<ITaskGrain>(GrainKeys.For("acme", "traced")).Create(Submission("m1"), "a context of its own");
        var calls = spans.Ended("ITaskGrain/Create").ToList();
        var call = Assert.Single(calls, call => call.Kind == ActivityKind.Client);
        var there = Assert.Single(calls, call => call.Kind == ActivityKind.Server);
        var write = Assert.Single(spans.Ended("registry.store.write"), write => Equals(write.GetTagItem("registry.kind"), "task"));
        Assert.Equal((spans.Caller.SpanId, call.SpanId, true), (call.ParentSpanId, there.ParentSpanId, there.HasRemoteParent));
        Assert.Equal(there.SpanId, write.ParentSpanId);
    }

    [Fact]
    public async Task Each_silo_takes_its_share_of_upkeep()
    {
        RecordKey[] keys = [.. Enumerable.Range(0, 1_000).Select(i => new RecordKey("acme", $"k{i}"))];
        int[] shares;
        do
        {
            await Task.Yield();
            var mine = silos.Services.Select(services => services.GetRequiredService<UpkeepShare>().Now()).ToArray();
            shares = [.. keys.Select(key => mine.Count(isMine => isMine(key)))];
        }
        while (shares.Any(count => count != 1) && !TestContext.Current.CancellationToken.IsCancellationRequested);
        Assert.All(silos.Services, services => Assert.InRange(keys.Count(key => services.GetRequiredService<UpkeepShare>().Now()(key)), 350, 650));
    }

    [Fact]
    public async Task Processes_that_serve_know_how_many_they_are_and_fewer_count_after_a_while()
    {
        var time = new FakeTimeProvider();
        var services = silos.Services.ToList();
        var (one, other) = (Replicas(services[0]), Replicas(services[1]));
        Assert.Equal(1, one.Count);
        await one.JoinAsync(TestContext.Current.CancellationToken);
        await other.JoinAsync(TestContext.Current.CancellationToken);
        await one.JoinAsync(TestContext.Current.CancellationToken);
        Assert.Equal((2, 2), (one.Count, other.Count));

        one.Take(1);
        time.Advance(ServingReplicas.FewerAfter - TimeSpan.FromSeconds(1));
        one.Take(1);
        Assert.Equal(2, one.Count);
        one.Take(2);
        time.Advance(TimeSpan.FromSeconds(2));
        one.Take(1);
        Assert.Equal(2, one.Count);
        time.Advance(ServingReplicas.FewerAfter);
        one.Take(1);
        Assert.Equal(1, one.Count);

        ServingReplicas Replicas(IServiceProvider of) =>
            new(of.GetRequiredService<IGrainFactory>(), of.GetRequiredService<BackgroundLoops>(), time);
    }

    private async Task CallQuota()
    {
        var grain = silos.Grain<IQuotaGrain>(GrainKeys.For("acme-quota", "quota"));
        Assert.Null(await grain.Take(Quota.Agents, "a", 1));
        Assert.Equal(1, await grain.Take(Quota.Agents, "b", 1));
        await grain.Tell(Quota.Agents, "a", isWritten: false);
        Assert.Null(await grain.Take(Quota.Agents, "b", 1));
    }

    private static string Name(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";

    private async Task CallAgent()
    {
        var grain = silos.Grain<IAgentGrain>(GrainKeys.For("acme", "agent"));
        Assert.Null(await grain.Get());
        var card = RawJson.FromValid("""{"name":"agent", "rank": 1.50}"""u8);
        var put = await grain.Put(new AgentPut(card, false, [new ExtensionOrigin("urn:x", "agent", DateTimeOffset.UnixEpoch)], default));
        Assert.Equal((true, card, false), (put.Created, put.Agent.Card, put.Agent.Enabled));
        Assert.Equal(DateTimeOffset.UnixEpoch, Assert.Single(put.Agent.ExtensionOrigins).At);
        var patched = await grain.Patch(
            new AgentChange(RawJson.FromValid("""{"description":"changed"}"""u8), true, [], new WriteCondition(put.Agent.Revision)));
        Assert.Equal((false, true), (patched.Created, patched.Agent.Enabled));

        var deprecated = await grain.Patch(new AgentChange(default, null, [], default)
        {
            LifeCycle = AgentLifeCycle.Deprecated,
            Deprecation = new AgentDeprecation("why", "next"),
            Compatibility = AgentCompatibility.Backward,
        });
        Assert.Equal(AgentCompatibility.Backward, deprecated.Agent.Compatibility);
        Assert.Equal((AgentLifeCycle.Deprecated, new AgentDeprecation("why", "next")), (deprecated.Agent.LifeCycle, deprecated.Agent.Deprecation));

        var refusal = await Messages.Refused(RegistryError.Conflict, () => grain.Remove(new WriteCondition(put.Agent.Revision)));
        Assert.NotEmpty(refusal.Message);
        refusal = await Messages.Refused(
            RegistryError.Invalid,
            () => grain.Patch(new AgentChange(RawJson.FromValid("""{"name":null}"""u8), null, [], default)));
        Assert.Equal("name", refusal.Field);
        var source = new AgentSource
        {
            Url = "https://agent.example.com/card.json",
            FetchedAt = DateTimeOffset.UnixEpoch,
            RefreshInterval = Minute,
            ETag = "\"v1\"",
            LastModified = DateTimeOffset.UnixEpoch,
            Failure = new AgentSourceFailure("why", DateTimeOffset.UnixEpoch, 2),
        };
        var fetched = await grain.Put(new AgentPut(card, false, [], default) { Source = source });
        Assert.Equal(source, fetched.Agent.Source);
        var newer = RawJson.FromValid("""{"name":"newer"}"""u8);
        var refreshed = await grain.Refresh(new AgentRefreshed(source with { ETag = "\"v2\"" }, source.FetchedAt, newer, [], CardReach.Nowhere));
        Assert.Equal((newer, "\"v2\"", Minute), (refreshed.Agent.Card, refreshed.Agent.Source!.ETag, refreshed.Agent.Source.RefreshInterval));
        await Messages.Refused(
            RegistryError.Conflict, () => grain.Refresh(new AgentRefreshed(source, DateTimeOffset.MinValue, newer, [], CardReach.Nowhere)));
        Assert.Equal((true, false), (await grain.ClaimRefresh(DateTimeOffset.UnixEpoch), await grain.ClaimRefresh(DateTimeOffset.UnixEpoch)));
        Assert.True(await grain.ClaimRefresh(DateTimeOffset.UnixEpoch + Minute));
        var broken = await grain.Put(new AgentPut(RawJson.FromValid("""{"name":"newer","security":[{"k":[]}]}"""u8), null, [], default)
        {
            Compatibility = AgentCompatibility.None,
            Force = true,
        });
        Assert.Equal(new CardBreak("security_required", "none", "clients must prove who they are now"), Assert.Single(broken.Breaks!));
        var labelled = await grain.Label(new AgentLabeling("stable", refreshed.Agent.VersionNumber, "somebody"));
        Assert.Equal([new AgentLabel("stable", refreshed.Agent.VersionNumber)], labelled.Agent.Labels);
        Assert.Equal(broken.Agent.Stamp, labelled.Agent.Stamp);
        var vectors = GivenVectorRules.Check(new AgentVectorUpdate("m", [new("f", new float[] { 1, 2 })]), "somebody");
        var given = (await grain.SetVectors(vectors)).Agent.Vectors!;
        Assert.Equal(("m", 2, 1, 1L), (given.Model, given.Dimensions, given.Count, given.Number));
        Assert.Null((await grain.SetVectors(new AgentVectorsChange(default, "somebody"))).Agent.Vectors);
        Assert.True(await grain.Remove(default) > patched.Agent.Revision);
    }

    private async Task CallLease()
    {
        var agent = silos.Grain<IAgentGrain>(GrainKeys.For("acme", "leased"));
        var put = new AgentPut(RawJson.FromValid("""{"name":"leased"}"""u8), null, [], default) { Lease = new LeaseChange(Minute, true, Minute) };
        var lease = (await agent.Put(put)).Agent.Lease!;
        Assert.Equal((Minute, true, AgentHealth.Healthy), (lease.Ttl, lease.Ephemeral, lease.Health));
        var changed = await agent.Patch(new AgentChange(default, null, [], default) { Lease = new LeaseChange(2 * Minute, null, Minute) });
        Assert.Equal(new AgentJudged(null), await agent.Judge(lease.Since, AgentHealth.Unhealthy));
        lease = (await agent.Judge(changed.Agent.Lease!.Since, AgentHealth.Unhealthy)).Agent!.Lease!;
        Assert.Equal((2 * Minute, true, AgentHealth.Unhealthy), (lease.Ttl, lease.Ephemeral, lease.Health));
        Assert.True((await agent.Judge(lease.Since, AgentHealth.Expired)).Removed > changed.Agent.Revision);

        var grain = silos.Grain<ILeaseGrain>("leases/1");
        var told = new LeaseTold(new LeaseKey("acme", "leased"), lease, 1, 2);
        Assert.Equal(new LeaseBeaten(lease, IsOver: false), Assert.Single(await grain.Beat([told])));
        var judged = await grain.Judge(new LeaseNews([told], []), 10);
        Assert.Equal(new LeaseVerdict(told, AgentHealth.Healthy), Assert.Single(judged.Verdicts));
        Assert.InRange((await grain.Look(told.Key)).Left!.Value, Minute, 2 * Minute);
        Assert.Equal(judged.Epoch, (await grain.Judge(new LeaseNews([], [told]), 10)).Epoch);
        Assert.Equal(default, await grain.Look(told.Key));
    }

    private async Task CallInstances()
    {
        var agent = silos.Grain<IAgentGrain>(GrainKeys.For("acme", "several"));
        await agent.Put(new AgentPut(RawJson.FromValid("""{"name":"several"}"""u8), null, [], default, "alice"));
        var instance = new AgentInstance
        {
            Name = "i",
            Url = "http://i",
            Weight = 0.5,
            Version = "1",
            Metadata = RawJson.FromValid("""{"zone":"b"}"""u8),
            Lease = new AgentLease { Ttl = Minute },
        };
        await agent.PutInstance(new InstancePut(instance with { Name = "h" }, default, "alice"));
        var put = await agent.PutInstance(new InstancePut(instance, default, "alice"));
        var lease = put.Agent.Instances[1].Lease!;
        var at = put.Agent.Instances[1].UpdatedAt;
        Assert.Equal(
            (true, instance with { Lease = instance.Lease with { Since = lease.Since }, RegisteredAt = at, UpdatedAt = at, RegisteredBy = "alice" }),
            (put.Created, put.Agent.Instances[1]));
        var absent = new WriteCondition(IfAbsent: true);
        await Messages.Refused(RegistryError.Conflict, () => agent.PutInstance(new InstancePut(instance, absent, "alice")));
        var judged = await agent.JudgeInstances(
            [new("i", lease.Since, AgentHealth.Unhealthy), new("h", default, AgentHealth.Expired), new("none", default, AgentHealth.Healthy)]);
        Assert.Equal(["h", "none"], judged.Void);
        Assert.Equal([AgentHealth.Healthy, AgentHealth.Unhealthy], judged.Agent!.Instances.Select(one => one.Health!.Value));
        var removed = await agent.RemoveInstance(new InstanceRemoval("h", new WriteCondition(judged.Agent.Revision), "alice"));
        Assert.Equal("i", Assert.Single(removed.Agent.Instances).Name);
        judged = await silos.Grain<IAgentGrain>(GrainKeys.For("acme", "nobody")).JudgeInstances([new("i", default, AgentHealth.Expired)]);
        Assert.Equal((null, "i"), (judged.Agent, Assert.Single(judged.Void)));

        var grain = silos.Grain<ILeaseGrain>("leases/1");
        var told = new LeaseTold(new LeaseKey("acme", "several", "i"), lease, 1, 2);
        await grain.Beat([told]);
        Assert.NotNull((await grain.Look(told.Key)).Left);
        Assert.Null((await grain.Look(told.Key with { Instance = "h" })).Left);
        await grain.Judge(new LeaseNews([], [told]), 10);
    }

    private async Task CallSignature()
    {
        var agent = silos.Grain<IAgentGrain>(GrainKeys.For("acme", "signed"));
        var check = new CardSignatureCheck(SignatureVerdict.Invalid) { KeyId = "k", Algorithm = "ES256", Issuer = "https://i", Reason = "why" };
        var found = new AgentSignature(SignatureVerdict.Invalid, When, [check]);
        var written = (await agent.Put(new AgentPut(RawJson.FromValid("""{"name":"signed"}"""u8), null, [], default) { Signature = found })).Agent;
        Assert.True(found.IsSame(written.Signature));
        var of = SignedSubject.Of(written);
        // What is found in the background, where nothing is signed, may come between.
        Assert.Equal("signed", (await agent.Verified(of, found with { CheckedAt = When + Minute }))!.Id);
        var unread = new AgentSignature(SignatureVerdict.Unknown, When, []) { AwaitsKeys = true };
        Assert.Equal("signed", (await agent.Verified(of, unread))!.Id);
        var valid = new AgentSignature(SignatureVerdict.Valid, When, [new(SignatureVerdict.Valid) { Form = SignedForm.EmptyOmitted }]);
        Assert.True(valid.IsSame((await agent.Verified(of, valid))!.Signature));
        Assert.Null(await agent.Verified(of with { Version = 2 }, valid));
        Assert.Null((await agent.Verified(of, null))!.Signature);

        var patch = new AgentChange(RawJson.FromValid("""{"description":"d"}"""u8), null, [], default);
        await Messages.Refused(RegistryError.Conflict, () => agent.Patch(patch with { DemandsJudged = true }));
        await Messages.Refused(
            RegistryError.Conflict, () => agent.Patch(patch with { Judged = new JudgedCard(written.Card, valid), DemandsJudged = true }));
        var judged = new JudgedCard(JsonMerge.Apply(written.Card, patch.CardPatch), valid);
        var patched = (await agent.Patch(patch with { Judged = judged, DemandsJudged = true })).Agent;
        Assert.Equal((2, SignatureVerdict.Valid), (patched.VersionNumber, patched.Signature!.Verdict));
        Assert.Null((await agent.Patch(patch with { CardPatch = RawJson.FromValid("""{"description":"e"}"""u8) })).Agent.Signature);
    }

    private async Task CallProbe()
    {
        var agent = silos.Grain<IAgentGrain>(GrainKeys.For("acme", "probed"));
        var put = new AgentPut(RawJson.FromValid("""{"name":"probed"}"""u8), null, [], default)
        {
            Probe = new ProbeChange(Minute, "https://a.example.com"),
        };
        var written = (await agent.Put(put)).Agent;
        Assert.Equal(new AgentProbe { Interval = Minute, Url = "https://a.example.com" }, written.Probe);
        var changed = await agent.Patch(new AgentChange(default, null, [], default) { Probe = new ProbeChange(2 * Minute, null) });
        Assert.Equal((2 * Minute, "https://a.example.com"), (changed.Agent.Probe!.Interval, changed.Agent.Probe.Url));
        var result = new AgentProbeResult(AgentProbeOutcome.Drifted, When, "because", ["/name"], When);
        var of = ProbeSubject.Of(written);
        var probed = (await agent.Probed(of, result))!;
        Assert.True(result.IsSame(probed.Probe!.Result));
        Assert.Equal((When, "because", When), (probed.Probe.Result!.Since, probed.Probe.Result.Reason, probed.Probe.Result.LastSuccess));
        Assert.Equal(probed.Revision, (await agent.Probed(of, result with { Since = When + Minute }))!.Revision);
        Assert.Null(await agent.Probed(of with { Version = 2 }, result));

        var grain = silos.Grain<IProbeGrain>("probes/1");
        var key = new ProbeKey("acme", "probed");
        Assert.Equal(new ProbeClaim(true, null, null), await grain.Claim(key, of));
        Assert.False((await grain.Claim(key, of)).IsMine);
        Assert.True((await grain.Claim(key, of with { Version = 2 })).IsMine);
        var known = new ProbeKnown(result, When, 3, Minute, of) { Place = new AgentSource { Url = "https://a.example.com", ETag = "v1" } };
        await grain.Report(key, known, Minute);
        var seen = await grain.Look(key);
        Assert.True(result.IsSame(seen.Known!.Result));
        Assert.Equal(known with { Result = seen.Known.Result }, seen.Known);
        Assert.InRange(seen.Left!.Value, TimeSpan.Zero, Minute);
    }

    private async Task CallSubscription()
    {
        var grain = silos.Grain<ISubscriptionGrain>(GrainKeys.For("acme", "told"));
        var put = new SubscriptionPut("https://example.com/hook", RawJson.FromValid("{}"u8), Secret: null, "whsec_new", Batch: true, Since: 3);
        var saved = await grain.Save(Alice, put);
        Assert.Equal((true, "whsec_new", 3L), (saved.Created, saved.Head.Secret, saved.Head.Delivered!.Value));
        Assert.Equal(saved.Head.Url, (await grain.Claim("n1", holds: false))!.Url);
        Assert.Null(await grain.Claim("n2", holds: false));
        Assert.False(await grain.Tell("n2", new SubscriptionProgress(saved.Head.Saves, 9)));
        var again = await grain.Save(Alice, put);
        Assert.True(again.Head.Saves > saved.Head.Saves);
        Assert.False(await grain.Tell("n1", new SubscriptionProgress(saved.Head.Saves, 4)));
        Assert.Equal(4, (await grain.Get(Alice))!.Delivered);
        Assert.False(await grain.Tell("n1", new SubscriptionProgress(saved.Head.Saves, 2)));
        Assert.True(await grain.Tell("n1", new SubscriptionProgress(again.Head.Saves, 4, new WebhookFailure("gone", When, 2))));
        Assert.Equal(("gone", 4L), ((await grain.Get(Alice))!.Failure!.Reason, (await grain.Get(Alice))!.Delivered!.Value));
        await grain.Leave("n1");
        await grain.Delete(Alice);
        Assert.Null(await grain.Get(Alice));
    }

    private async Task CallShare()
    {
        var grain = silos.Grain<IPresenceGrain>("a model");
        Assert.Equal(["b"], await grain.Join("b"));
        Assert.Equal(["a", "b"], await grain.Join("a"));
    }
}
