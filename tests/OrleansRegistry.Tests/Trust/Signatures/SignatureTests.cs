using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OrleansRegistry.Agents;
using OrleansRegistry.Tests.Agents.Sources;
using OrleansRegistry.Tests.Shared;
using OrleansRegistry.Trust.Signatures;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Trust.Signatures;

/// <summary>Signatures as agents have them: checked with each card, in the background, and asked for.</summary>
public sealed partial class SignatureTests(SignatureFixture fixture) : IClassFixture<SignatureFixture>, IAsyncLifetime
{
    private const string Card = """{"description":"d","name":"a"}""";

    private readonly Caller alice = TestRegistry.NewCaller();
    private readonly FakeTimeProvider time = fixture.Time;
    private readonly TestIssuer issuer = fixture.Issuer;
    private readonly RegistryHost host = fixture.Host;
    private readonly RegistryHost strict = fixture.Strict;

    private IAgentSignatures Signatures => host.Services.GetRequiredService<IAgentSignatures>();

    /// <summary>Begins with an issuer that has all its keys, which nobody has asked for a while.</summary>
    public async ValueTask InitializeAsync()
    {
        issuer.Publish("ES256", "RS256", "EdDSA");
        issuer.Status = HttpStatusCode.OK;
        time.Advance(TimeSpan.FromHours(1));
        await CheckAsync();
        time.Advance(IssuerKeys.Pause);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Each_new_card_is_checked_and_agents_are_found_by_what_came_of_it()
    {
        var written = await RegisterAsync(issuer.Sign(Card, Card));
        Assert.Equal((SignatureVerdict.Valid, TestIssuer.Url), (written.Signature!.Verdict, written.Signature.Issuer));
        Assert.Equal("a", await FoundAsync("valid"));
        Assert.Equal("", await FoundAsync("none"));

        written = await RegisterAsync(issuer.Sign(Card, Card).Replace("\"d\"", "\"e\"", StringComparison.Ordinal));
        Assert.Equal(SignatureVerdict.Invalid, written.Signature!.Verdict);
        Assert.Equal("a", await FoundAsync("invalid"));

        // A patch of a signed card that is not signed again breaks its signature; one of something else does not.
        written = await RegisterAsync(issuer.Sign(Card, Card));
        Assert.Equal(written.Signature, (await PatchAsync(new AgentPatch(Enabled: false))).Signature);
        Assert.Equal(SignatureVerdict.Invalid, (await PatchAsync(Patch("""{"description":"e"}"""))).Signature!.Verdict);
        Assert.Equal(SignatureVerdict.Valid, (await PatchAsync(Patch("""{"description":"d"}"""))).Signature!.Verdict);
        Assert.Null((await PatchAsync(Patch("""{"signatures":null}"""))).Signature);
        Assert.Equal("a", await FoundAsync("none"));
        Assert.Null((await Signatures.VerifyAsync(alice, "a")).Signature);
        await Refused(RegistryError.NotFound, () => Signatures.VerifyAsync(alice, "nobody"));
        await Refused(RegistryError.NotFound, () => Signatures.VerifyAsync(TestRegistry.NewCaller(), "a"));
    }

    [Fact]
    public async Task What_issuers_do_to_their_keys_is_seen_in_the_background_and_what_is_the_same_is_not_written()
    {
        issuer.Publish("RS256");
        await CheckAsync();
        time.Advance(TimeSpan.FromHours(1));
        await CheckAsync();
        time.Advance(IssuerKeys.Pause);
        issuer.Publish("ES256");
        issuer.Status = HttpStatusCode.ServiceUnavailable;
        var written = await RegisterAsync(issuer.Sign(Card, Card));
        Assert.Equal((SignatureVerdict.Unknown, true), (written.Signature!.Verdict, written.Signature.AwaitsKeys));
        issuer.Status = HttpStatusCode.OK;
        time.Advance(TimeSpan.FromSeconds(30));
        await CheckAsync();
        var checkedNow = await GetAsync();
        Assert.Equal((SignatureVerdict.Valid, time.GetUtcNow()), (checkedNow.Signature!.Verdict, checkedNow.Signature.CheckedAt));
        Assert.Equal(written.UpdatedAt, checkedNow.UpdatedAt);
        Assert.True(checkedNow.Revision > written.Revision);

        // Down, the issuer takes nothing away; nor does a key that comes beside the others.
        issuer.Status = HttpStatusCode.ServiceUnavailable;
        time.Advance(TimeSpan.FromHours(1));
        await CheckAsync();
        (issuer.Status, var revision) = (HttpStatusCode.OK, checkedNow.Revision);
        issuer.Publish("ES256", "EdDSA");
        time.Advance(TimeSpan.FromHours(1));
        await CheckAsync();
        Assert.Equal((revision, checkedNow.Signature.CheckedAt), ((await GetAsync()).Revision, (await GetAsync()).Signature!.CheckedAt));

        issuer.Publish("EdDSA");
        time.Advance(TimeSpan.FromMinutes(14));
        await CheckAsync();
        Assert.Equal(SignatureVerdict.Valid, (await GetAsync()).Signature!.Verdict);
        time.Advance(TimeSpan.FromMinutes(1));
        await CheckAsync();
        Assert.Equal(SignatureVerdict.Unknown, (await GetAsync()).Signature!.Verdict);
    }

    [Fact]
    public async Task A_verdict_that_an_import_brings_with_a_card_that_is_there_is_looked_at()
    {
        var agent = await RegisterAsync(issuer.Sign(Card, Card).Replace("\"d\"", "\"e\"", StringComparison.Ordinal));
        var forged = agent.Signature! with { Verdict = SignatureVerdict.Valid, Checks = [new CardSignatureCheck(SignatureVerdict.Valid)] };
        var following = Follow();
        await CheckAsync();
        var store = host.Services.GetRequiredService<IRecordStore>();
        await store.WriteAsync(
            AgentKind.Kind, new RecordKey(agent.Tenant, agent.Id), agent.Revision, AgentKind.Write(agent with { Signature = forged }));
        while (true)
        {
            await following;
            await CheckAsync();
            if ((await store.ReadAsync(AgentKind.Kind, new RecordKey(agent.Tenant, agent.Id))) is { } stored
                && AgentKind.Read(stored).Signature!.Verdict == SignatureVerdict.Invalid)
            {
                break;
            }

            // That change was told of before.
            following = Follow();
        }

        Task Follow() => host.Services.GetRequiredService<SignatureChecks>().FollowAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Who_asks_gets_what_is_so_now()
    {
        await RegisterAsync(issuer.Sign(Card, Card));
        issuer.Publish();
        time.Advance(IssuerKeys.Pause);
        var found = await Signatures.VerifyAsync(alice, "a");
        Assert.Equal((SignatureVerdict.Unknown, "a"), (found.Signature!.Verdict, found.AgentId));
        Assert.Equal((found.Revision, found.Signature), ((await GetAsync()).Revision, (await GetAsync()).Signature));
    }

    [Fact]
    public async Task Where_one_is_demanded_no_other_card_is_taken()
    {
        var signed = issuer.Sign(Card, Card);
        await IsRefusedAsync("there is none", Registration(Card));
        await IsRefusedAsync("does not fit", Registration(signed.Replace("\"d\"", "\"e\"", StringComparison.Ordinal)));
        await IsRefusedAsync("by key 'gone'", Registration(issuer.Sign(Card, Card, header: header => header["kid"] = "gone")));
        Assert.Empty((await strict.Agents.ListAsync(alice)).Agents);
        Assert.True((await strict.Agents.RegisterAsync(alice, Registration(signed))).Created);
        var refusal = await Refused(RegistryError.Invalid, () => strict.Agents.PatchAsync(alice, "a", Patch("""{"description":"e"}""")));
        Assert.Equal("signatures", refusal.Field);
        Assert.False((await strict.Agents.PatchAsync(alice, "a", new AgentPatch(Enabled: false))).Agent.Enabled);
        var batch = await strict.Agents.RegisterManyAsync(alice, [Registration(Card) with { Id = "b" }, Registration(signed)]);
        Assert.Equal("signatures", batch[0].Refused!.Field);
        Assert.NotNull(batch[1].Written);

        async Task IsRefusedAsync(string why, AgentRegistration registration)
        {
            var refused = await Refused(RegistryError.Invalid, () => strict.Agents.RegisterAsync(alice, registration));
            Assert.Contains(why, refused.Message, StringComparison.Ordinal);
            Assert.Equal("signatures", refused.Field);
        }
    }

    [Fact]
    public async Task Where_one_is_demanded_and_keys_cannot_be_read_the_card_may_come_again()
    {
        issuer.Status = HttpStatusCode.ServiceUnavailable;
        var signed = issuer.Sign(Card, Card, header: header => header["kid"] = "new");
        var refused = await Refused(RegistryError.Unavailable, () => strict.Agents.RegisterAsync(alice, Registration(signed)));
        Assert.Equal(IssuerKeys.Pause, refused.RetryAfter);

        // An issuer that stays away is asked less often, and whoever comes again before that comes in vain.
        time.Advance(IssuerKeys.Pause);
        refused = await Refused(RegistryError.Unavailable, () => strict.Agents.RegisterAsync(alice, Registration(signed)));
        Assert.Equal(2 * IssuerKeys.Pause, refused.RetryAfter);
        time.Advance(TimeSpan.FromSeconds(3));
        refused = await Refused(RegistryError.Unavailable, () => strict.Agents.RegisterAsync(alice, Registration(signed)));
        Assert.Equal(TimeSpan.FromSeconds(7), refused.RetryAfter);
    }

    [Fact]
    public async Task A_card_that_is_fetched_anew_is_checked_too()
    {
        await using var server = await CardServer.StartAsync();
        server.At["/a.json"] = CardServer.Serve(issuer.Sign(Card, Card), "v1");
        var agent = (await host.Agents.RegisterAsync(alice, new AgentRegistration(default) { CardUrl = server.Url("/a.json") })).Agent;
        Assert.Equal(SignatureVerdict.Valid, agent.Signature!.Verdict);
        server.At["/a.json"] = CardServer.Serve(issuer.Sign(Card, "{}"), "v2");
        Assert.Equal(SignatureVerdict.Invalid, (await host.Agents.RefreshAsync(alice, "a")).Agent.Signature!.Verdict);
    }

    private static AgentRegistration Registration(string card) => new(Encoding.UTF8.GetBytes(card));

    private static AgentPatch Patch(string card) => new(Encoding.UTF8.GetBytes(card));

    /// <summary>A round of what is done in the background, which begins with all agents that there are.</summary>
    private Task CheckAsync() => host.Services.GetRequiredService<SignatureChecks>().RunAsync(TestContext.Current.CancellationToken);

    private async Task<AgentRecord> RegisterAsync(string card) => (await host.Agents.RegisterAsync(alice, Registration(card))).Agent;

    private async Task<AgentRecord> PatchAsync(AgentPatch patch) => (await host.Agents.PatchAsync(alice, "a", patch)).Agent;

    private async Task<AgentRecord> GetAsync() => (await host.Agents.GetAsync(alice, "a", ReadConsistency.Strong))!;

    private async Task<string> FoundAsync(string verdict)
    {
        var query = new AgentQuery { Any = AgentFilters.Of(AgentField.Signature, verdict) };
        return string.Join(' ', (await host.Agents.ListAsync(alice, query)).Agents.Select(agent => agent.Id));
    }
}

/// <summary>Two registries that go by a time which stands, and trust one issuer; one of them takes signed cards alone.</summary>
public sealed class SignatureFixture : IAsyncLifetime
{
    internal FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    internal TestIssuer Issuer { get; } = new();

    /// <summary>Of the first.</summary>
    internal StoreProbe Store { get; } = new(TestStores.InMemory());

    internal RegistryHost Host { get; private set; } = null!;

    internal RegistryHost Strict { get; private set; } = null!;

    public async ValueTask InitializeAsync() => (Host, Strict) = (await StartAsync(required: false), await StartAsync(required: true));

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Strict.DisposeAsync();
        await Store.DisposeAsync();
        Issuer.Dispose();
    }

    private Task<RegistryHost> StartAsync(bool required) => RegistryHost.StartAsync(
        options =>
        {
            options.CardFetch = SourceHost.Local;
            options.Extensions = new ExtensionPolicy(!required, required, Allowlist: new HashSet<string> { "urn:ok" });
            options.Signatures = new SignatureOptions { Issuers = [TestIssuer.Url], Backchannel = Issuer, Required = required };
        },
        store: required ? null : Store,
        Time,
        services => services.Remove(services.Single(service => service.ImplementationType == typeof(SignatureService))));
}
