using System.Text;
using Microsoft.Extensions.DependencyInjection;
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
        await Refused(RegistryError.Invalid, () => host.Agents.RegisterAsync(alice, Cards.Registration("x", extensions: ["urn:x"])));
        await Trust.PutPolicyAsync(alice, new CardPolicy());
        Assert.NotNull(await host.Agents.PatchAsync(alice, "x", patch));
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

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private Task CheckAsync() => host.Services.GetRequiredService<SignatureChecks>().RunAsync(TestContext.Current.CancellationToken);

    private async Task<AgentRecord> RegisterAsync(Caller caller) =>
        (await host.Agents.RegisterAsync(caller, new AgentRegistration(Bytes(signed)))).Agent;

    private async Task<AgentSignature> SignatureAsync(Caller caller) =>
        (await host.Agents.GetAsync(caller, "a", ReadConsistency.Strong))!.Signature!;
}
