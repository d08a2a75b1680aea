using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Agents;
using OrleansRegistry.Trust.Records;
using OrleansRegistry.Trust.Signatures;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Trust.Signatures;

/// <summary>Issuers that a tenant trusts itself, and what it asks of cards.</summary>
public sealed class TenantIssuerTests(SignatureFixture fixture) : IClassFixture<SignatureFixture>
{
    private const string Url = "https://partner.example";
    private const string Card = """{"description":"d","name":"a"}""";

    private readonly Caller alice = TestRegistry.NewCaller();
    private readonly RegistryHost host = fixture.Host;
    private readonly string signed = fixture.Issuer.Sign(Card, Card, header: header => header["jku"] = Url + "/keys");

    private ICardTrust Trust => host.Services.GetRequiredService<ICardTrust>();

    [Fact]
    public async Task One_counts_for_the_tenants_cards_alone_and_no_longer_than_it_is_there()
    {
        var other = TestRegistry.NewCaller();
        Assert.Equal(SignatureVerdict.Unknown, (await RegisterAsync(alice)).Signature!.Verdict);
        Assert.Equal(SignatureVerdict.Unknown, (await RegisterAsync(other)).Signature!.Verdict);

        var issuer = await Trust.PutIssuerAsync(alice, "partner", new CardIssuerChange(Url) { Keys = Bytes(fixture.Issuer.KeySet) });
        Assert.Equal(("partner", Url, null, false), (issuer.Id, issuer.Url, issuer.KeysUrl, issuer.AwaitsKeys));
        Assert.Equal(["ES256", "EdDSA", "RS256"], issuer.KeyIds);
        await CheckAsync();
        Assert.Equal((SignatureVerdict.Valid, Url), (await SignatureAsync(alice) is var found ? (found.Verdict, found.Issuer) : default));
        Assert.Equal(SignatureVerdict.Unknown, (await SignatureAsync(other)).Verdict);
        Assert.Equal(["partner", null], (await Trust.ListIssuersAsync(alice)).Select(known => known.Id));
        Assert.Equal([null], (await Trust.ListIssuersAsync(other)).Select(known => known.Id));

        await Trust.PutIssuerAsync(alice, "partner", new CardIssuerChange("https://else.example") { Keys = Bytes(fixture.Issuer.KeySet) });
        await CheckAsync();
        Assert.Equal(SignatureVerdict.Unknown, (await SignatureAsync(alice)).Verdict);

        // By URL it is asked for its keys.
        issuer = await Trust.PutIssuerAsync(alice, "partner", new CardIssuerChange(Url));
        Assert.Equal((Url + "/.well-known/jwks.json", true), (issuer.KeysUrl, issuer.AwaitsKeys));
        await CheckAsync();
        Assert.Equal(SignatureVerdict.Valid, (await SignatureAsync(alice)).Verdict);
        Assert.True(await Trust.RemoveIssuerAsync(alice, "partner"));
        Assert.False(await Trust.RemoveIssuerAsync(alice, "partner"));
        await CheckAsync();
        Assert.Equal(SignatureVerdict.Unknown, (await SignatureAsync(alice)).Verdict);
    }

    [Fact]
    public async Task What_could_not_be_written_is_tried_again_in_time_though_more_fails_meanwhile()
    {
        var other = TestRegistry.NewCaller();
        var issuer = new CardIssuerChange(Url) { Keys = Bytes(fixture.Issuer.KeySet) };
        await RegisterAsync(alice);
        await RegisterAsync(other);
        await CheckAsync();
        fixture.Store.BeforeWrite = (kind, key) => _ = kind == AgentKind.Kind
            ? throw new RegistryException(RegistryError.Unavailable, $"'{key.Id}' is not written now.")
            : key;
        try
        {
            await Trust.PutIssuerAsync(alice, "partner", issuer);
            await CheckAsync();
            fixture.Time.Advance(TimeSpan.FromSeconds(1));
            await Trust.PutIssuerAsync(other, "partner", issuer);
            await CheckAsync();
        }
        finally
        {
            fixture.Store.BeforeWrite = null;
        }

        await CheckAsync();
        Assert.Equal(SignatureVerdict.Unknown, (await SignatureAsync(alice)).Verdict);
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        await CheckAsync();
        Assert.Equal(SignatureVerdict.Valid, (await SignatureAsync(alice)).Verdict);
        Assert.Equal(SignatureVerdict.Valid, (await SignatureAsync(other)).Verdict);
    }

    [Fact]
    public async Task A_tenant_may_take_signed_cards_alone()
    {
        Assert.Equal(new CardPolicy(), await Trust.GetPolicyAsync(alice));
        await Trust.PutPolicyAsync(alice, new CardPolicy(RequireSignature: true));
        Assert.Equal(new CardPolicy(RequireSignature: true), await Trust.GetPolicyAsync(alice));
        Assert.Equal("signatures", (await Refused(RegistryError.Invalid, () => RegisterAsync(alice))).Field);
        Assert.NotNull(await RegisterAsync(TestRegistry.NewCaller()));
        await Trust.PutIssuerAsync(alice, "partner", new CardIssuerChange(Url) { Keys = Bytes(fixture.Issuer.KeySet) });
        var agent = await RegisterAsync(alice);
        Assert.Equal(SignatureVerdict.Valid, agent.Signature!.Verdict);
        var patch = new AgentPatch(Bytes("""{"description":"e"}"""));
        Assert.Equal("signatures", (await Refused(RegistryError.Invalid, () => host.Agents.PatchAsync(alice, "a", patch))).Field);
        await Trust.PutPolicyAsync(alice, new CardPolicy());
        Assert.Equal(SignatureVerdict.Invalid, (await host.Agents.PatchAsync(alice, "a", patch)).Agent.Signature!.Verdict);
    }

    [Fact]
    public async Task A_tenant_may_take_cards_with_certain_extensions_alone()
    {
        await host.Agents.RegisterAsync(alice, Cards.Registration("before", extensions: ["urn:other"]));
        await Trust.PutPolicyAsync(alice, new CardPolicy { Extensions = ["urn:x", "urn:y"] });
        Assert.True((await host.Agents.RegisterAsync(alice, Cards.Registration("x", extensions: ["urn:x"]))).Created);
        Assert.True((await host.Agents.RegisterAsync(alice, Cards.Registration("none"))).Created);
        var refused = await Refused(
            RegistryError.Invalid, () => host.Agents.RegisterAsync(alice, Cards.Registration("z", extensions: ["urn:y", "urn:z"])));
        Assert.Equal("capabilities.extensions", refused.Field);
        Assert.Contains("'urn:z'", refused.Message, StringComparison.Ordinal);
        var patch = new AgentPatch(Bytes("""{"capabilities":{"extensions":[{"uri":"urn:other"}]}}"""));
        await Refused(RegistryError.Invalid, () => host.Agents.PatchAsync(alice, "x", patch));
        Assert.False((await host.Agents.PatchAsync(alice, "before", new AgentPatch(Enabled: false))).Agent.Enabled);
        await Refused(RegistryError.Invalid, () => Trust.PutPolicyAsync(alice, new CardPolicy { Extensions = ["urn:x", "urn:x"] }));
        await Refused(RegistryError.Invalid, () => Trust.PutPolicyAsync(alice, new CardPolicy { Extensions = [""] }));
        await Trust.PutPolicyAsync(alice, new CardPolicy { Extensions = [] });
        await Refused(RegistryError.Invalid, () => host.Agents.RegisterAsync(alice, Cards.Registration("y", extensions: ["urn:x"])));
        await Trust.PutPolicyAsync(alice, new CardPolicy());
        Assert.NotNull(await host.Agents.PatchAsync(alice, "x", patch));
    }

    [Fact]
    public async Task Agents_are_trusted_as_the_policy_says_of_their_owner_and_else_as_they_are_verified()
    {
        var bob = alice with { Subject = "bob" };
        await RegisterAsync(alice);
        await host.Agents.RegisterAsync(bob, Cards.Registration("b"));
        Assert.Equal("a b", await OfLevelAsync(TrustLevels.Unverified));
        await Trust.PutIssuerAsync(alice, "partner", new CardIssuerChange(Url) { Keys = Bytes(fixture.Issuer.KeySet) });
        await CheckAsync();
        Assert.Equal(("a", "b"), (await OfLevelAsync(TrustLevels.Verified), await OfLevelAsync(TrustLevels.Unverified)));

        await PutAsync(new CardPolicy { OwnerTrustLevels = Levels("bob", TrustLevels.Official) });
        Assert.Equal(("a", "b"), (await OfLevelAsync(TrustLevels.Verified), await OfLevelAsync(TrustLevels.Official)));
        Assert.Equal("a b", await OfLevelAsync(TrustLevels.Verified, TrustLevels.Official));
        await PutAsync(new CardPolicy { OwnerTrustLevels = Levels(alice.Subject, TrustLevels.Community) });
        Assert.Equal(("a", "b"), (await OfLevelAsync(TrustLevels.Community), await OfLevelAsync(TrustLevels.Unverified)));
        Assert.Equal(TrustLevels.Community, (await host.Agents.GetAsync(alice, "a"))!.TrustLevel);
    }

    [Fact]
    public async Task A_tenant_may_take_trusted_agents_alone()
    {
        await Trust.PutIssuerAsync(alice, "partner", new CardIssuerChange(Url) { Keys = Bytes(fixture.Issuer.KeySet) });
        await PutAsync(new CardPolicy { MinimumTrustLevel = TrustLevels.Verified });
        Assert.NotNull(await RegisterAsync(alice));
        var refused = await Refused(RegistryError.Invalid, () => host.Agents.RegisterAsync(alice, Cards.Registration("b")));
        Assert.Equal("trust_level", refused.Field);
        await Refused(RegistryError.Invalid, () => host.Agents.PatchAsync(alice, "a", new AgentPatch(Bytes("""{"description":"e"}"""))));
        await PutAsync(new CardPolicy { MinimumTrustLevel = TrustLevels.Verified, OwnerTrustLevels = Levels("bob", TrustLevels.Verified) });
        Assert.NotNull(await host.Agents.RegisterAsync(alice with { Subject = "bob" }, Cards.Registration("b")));
        await PutAsync(new CardPolicy { MinimumTrustLevel = TrustLevels.Unspecified, RequireDomain = true });
        Assert.Equal("url", (await Refused(RegistryError.Invalid, () => host.Agents.RegisterAsync(alice, Cards.Registration("c")))).Field);
    }

    [Fact]
    public async Task Extensions_have_the_level_that_the_policy_gives_them()
    {
        await host.Agents.RegisterAsync(alice, Cards.Registration("x", extensions: ["urn:x", "urn:y"]));
        await PutAsync(new CardPolicy { ExtensionTrustLevels = Levels("urn:x", TrustLevels.Official) });
        Assert.Equal(["urn:x"], await OfAsync(TrustLevels.Official));
        Assert.Equal(["urn:y"], await OfAsync(TrustLevels.Unverified));
        Assert.Equal(TrustLevels.Official, (await host.Agents.GetExtensionAsync(alice, "urn:x"))!.TrustLevel);

        async Task<IEnumerable<string>> OfAsync(string level) =>
            (await host.Agents.ListExtensionsAsync(alice, new ExtensionQuery { TrustLevels = [level] })).Extensions.Select(known => known.Uri);
    }

    [Fact]
    public async Task Where_the_policy_cannot_be_read_nobody_is_trusted()
    {
        await Trust.PutIssuerAsync(alice, "partner", new CardIssuerChange(Url) { Keys = Bytes(fixture.Issuer.KeySet) });
        await RegisterAsync(alice);
        await host.Agents.RegisterAsync(alice, Cards.Registration("x", extensions: ["urn:x"]));
        Assert.Equal("a", await OfLevelAsync(TrustLevels.Verified));
        await PutAsync(new CardPolicy { ExtensionTrustLevels = Levels("urn:x", TrustLevels.Official) });
        Assert.Equal(TrustLevels.Official, (await host.Agents.GetExtensionAsync(alice, "urn:x"))!.TrustLevel);

        var records = host.Services.GetRequiredService<TrustRecords>();
        var torn = new TrustType<object>("cardpolicy", (_, _) => { }, _ => new object());
        await records.DeleteAsync(torn, alice.Tenant, "cards", TestContext.Current.CancellationToken);
        await records.WriteAsync(torn, alice.Tenant, "cards", new object(), before: null, TestContext.Current.CancellationToken);
        Assert.Equal("a x", await OfLevelAsync(TrustLevels.Unverified));
        Assert.Equal(TrustLevels.Unverified, (await host.Agents.GetAsync(alice, "a"))!.TrustLevel);
        Assert.Equal(TrustLevels.Unverified, (await host.Agents.GetExtensionAsync(alice, "urn:x"))!.TrustLevel);
        await Refused(RegistryError.Unreadable, () => Trust.GetPolicyAsync(alice));
        await Refused(RegistryError.Unreadable, () => RegisterAsync(alice));
    }

    [Fact]
    public async Task Where_the_registry_lists_certain_extensions_alone_no_card_may_require_others()
    {
        var required = await Refused(RegistryError.Invalid, () => RegisterStrictAsync("urn:z", required: true));
        Assert.Equal("capabilities.extensions", required.Field);
        Assert.Contains("'urn:z'", required.Message, StringComparison.Ordinal);
        Assert.NotNull(await RegisterStrictAsync("urn:z", required: false));
        Assert.NotNull(await RegisterStrictAsync("urn:ok", required: true));

        async Task<AgentRecord> RegisterStrictAsync(string uri, bool required)
        {
            var flag = required ? "\"required\":true," : "";
            var card = $$"""{"capabilities":{"extensions":[{{{flag}}"uri":"{{uri}}"}]},"name":"z"}""";
            return (await fixture.Strict.Agents.RegisterAsync(alice, new AgentRegistration(Bytes(fixture.Issuer.Sign(card, card))))).Agent;
        }
    }

    [Theory]
    [InlineData("minimum_trust_level", "VERIFIED", null, null, null, null)]
    [InlineData("owner_trust_levels.bob", null, "bob", "TRUST_LEVEL_HIGH", null, null)]
    [InlineData("owner_trust_levels", null, "", "TRUST_LEVEL_VERIFIED", null, null)]
    [InlineData("extension_trust_levels.urn:x", null, null, null, "urn:x", "")]
    [InlineData("extension_trust_levels", null, null, null, "urn:\n", "TRUST_LEVEL_VERIFIED")]
    public async Task What_cannot_be_a_policy_is_refused(string field, string? least, string? owner, string? ofOwner, string? uri, string? ofUri)
    {
        var policy = new CardPolicy
        {
            MinimumTrustLevel = least,
            OwnerTrustLevels = owner is null ? null : Levels(owner, ofOwner!),
            ExtensionTrustLevels = uri is null ? null : Levels(uri, ofUri!),
        };
        Assert.Equal(field, (await Refused(RegistryError.Invalid, () => Trust.PutPolicyAsync(alice, policy))).Field);
    }

    [Theory]
    [InlineData("http://partner.example", null, null, "url")]
    [InlineData("https://u:p@partner.example", null, null, "url")]
    [InlineData("https://partner.example/?q", null, null, "url")]
    [InlineData("https://partner.example/a=b", null, null, "url")]
    [InlineData("/etc/passwd", null, null, "url")]
    [InlineData(Url, "/etc/passwd", null, "keys_url")]
    [InlineData(Url, "file:///etc/passwd", null, "keys_url")]
    [InlineData(Url, Url, "{}", "keys")]
    [InlineData(Url, null, "{}", "keys")]
    [InlineData(Url, null, """{"keys":[]}""", "keys")]
    [InlineData(Url, null, """{"keys":[{"kty":"oct","kid":"a","k":"AAAA"}]}""", "keys")]
    public async Task What_cannot_be_an_issuer_is_refused(string url, string? keysUrl, string? keys, string field)
    {
        var change = new CardIssuerChange(url) { KeysUrl = keysUrl, Keys = Bytes(keys ?? "") };
        Assert.Equal(field, (await Refused(RegistryError.Invalid, () => Trust.PutIssuerAsync(alice, "i", change))).Field);
    }

    [Fact]
    public async Task There_are_so_many_and_names_have_a_length()
    {
        var change = new CardIssuerChange(Url) { Keys = Bytes(fixture.Issuer.KeySet) };
        Assert.Equal("issuer_id", (await Refused(RegistryError.Invalid, () => Trust.PutIssuerAsync(alice, new string('a', 101), change))).Field);
        await Refused(RegistryError.TooLarge, () => Trust.PutIssuerAsync(alice, "i", change with { Keys = new byte[70_000] }));
        for (var i = 0; i < CardIssuerInfo.MostOfTenant; i++)
        {
            await Trust.PutIssuerAsync(alice, $"i{i}", change);
        }

        await Refused(RegistryError.Conflict, () => Trust.PutIssuerAsync(alice, "more", change));
        await Trust.PutIssuerAsync(alice, "i0", change);
    }

    private static Dictionary<string, string> Levels(string of, string level) => new() { [of] = level };

    private Task<CardPolicy> PutAsync(CardPolicy policy) => Trust.PutPolicyAsync(alice, policy);

    private async Task<string> OfLevelAsync(params string[] levels)
    {
        var query = new AgentQuery { Any = AgentFilters.Of(AgentField.TrustLevel, levels) };
        return string.Join(' ', (await host.Agents.ListAsync(alice, query)).Agents.Select(agent =>
        {
            Assert.Contains(agent.TrustLevel, levels);
            return agent.Id;
        }));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private Task CheckAsync() => host.Services.GetRequiredService<SignatureChecks>().RunAsync(TestContext.Current.CancellationToken);

    private async Task<AgentRecord> RegisterAsync(Caller caller) =>
        (await host.Agents.RegisterAsync(caller, new AgentRegistration(Bytes(signed)))).Agent;

    private async Task<AgentSignature> SignatureAsync(Caller caller) =>
        (await host.Agents.GetAsync(caller, "a", ReadConsistency.Strong))!.Signature!;
}
