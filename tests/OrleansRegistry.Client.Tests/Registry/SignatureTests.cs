namespace OrleansRegistry.Client.Tests;

/// <summary>Signatures of cards over HTTP.</summary>
public sealed class SignatureTests(ClientHost host)
{
    private readonly Caller caller = ClientHost.NewCaller();

    [Fact]
    public async Task They_are_over_HTTP_as_they_are_here()
    {
        var card = """{"name":"a","signatures":[{"protected":"eyJhbGciOiJFUzI1NiIsImtpZCI6ImsifQ","signature":"AAAA"}]}"""u8.ToArray();
        var written = await host.Client.Agents.RegisterAsync(caller, new AgentRegistration(card), ClientHost.Cancellation);
        var here = (await host.LocalAgents.GetAsync(caller, "a"))!;
        Assert.True(here.Signature!.IsSame(written.Agent.Signature));
        Assert.Equal((SignatureVerdict.Unknown, "k"), (here.Signature.Verdict, here.Signature.Checks.Single().KeyId));
        var found = await host.Client.Signatures.VerifyAsync(caller, "a", ClientHost.Cancellation);
        Assert.True(here.Signature.IsSame(found.Signature));
        Assert.Equal(("a", here.Revision, here.Signature.CheckedAt), (found.AgentId, found.Revision, found.Signature!.CheckedAt));
        Assert.Equal(
            RegistryError.NotFound,
            (await Assert.ThrowsAsync<RegistryException>(() => host.Client.Signatures.VerifyAsync(caller, "nobody", ClientHost.Cancellation))).Error);
    }

    [Fact]
    public async Task Issuers_and_the_policy_are_over_HTTP_as_they_are_here()
    {
        var keys = """{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"""u8.ToArray();
        var trust = host.Client.CardTrust;
        var put = await trust.PutIssuerAsync(caller, "i/1", new CardIssuerChange("https://a.example") { Keys = keys });
        Assert.Equal(("i/1", "https://a.example", null, "k", false), (put.Id, put.Url, put.KeysUrl, Assert.Single(put.KeyIds), put.AwaitsKeys));
        put = await trust.PutIssuerAsync(caller, "i/1", new CardIssuerChange("https://a.example") { KeysUrl = "https://b.example/keys" });
        Assert.Equal(("https://b.example/keys", true), (put.KeysUrl, put.AwaitsKeys));
        Assert.Equal("i/1", Assert.Single(await trust.ListIssuersAsync(caller)).Id);
        Assert.Equal((true, false), (await trust.RemoveIssuerAsync(caller, "i/1"), await trust.RemoveIssuerAsync(caller, "i/1")));
        Assert.Equal(new CardPolicy(true), await trust.PutPolicyAsync(caller, new CardPolicy(true)));
        Assert.Equal(new CardPolicy(true), await trust.GetPolicyAsync(caller));
        Assert.Equal(["urn:x"], (await trust.PutPolicyAsync(caller, new CardPolicy { Extensions = ["urn:x"] })).Extensions);
        Assert.Empty((await trust.PutPolicyAsync(caller, new CardPolicy { Extensions = [] })).Extensions!);
        Assert.Empty((await trust.GetPolicyAsync(caller)).Extensions!);
        var levels = new CardPolicy
        {
            RequireDomain = true,
            MinimumTrustLevel = TrustLevels.Community,
            OwnerTrustLevels = new Dictionary<string, string> { [caller.Subject] = TrustLevels.Official },
            ExtensionTrustLevels = new Dictionary<string, string> { ["urn:x"] = TrustLevels.Verified },
        };
        Assert.True(levels.IsSame(await trust.PutPolicyAsync(caller, levels)));
        await trust.PutPolicyAsync(caller, levels with { RequireDomain = false });
        var agent = (await host.Client.Agents.RegisterAsync(caller, new AgentRegistration("""{"name":"o"}"""u8.ToArray()))).Agent;
        Assert.Equal(TrustLevels.Official, (await host.Client.Agents.GetAsync(caller, agent.Id))!.TrustLevel);
        Assert.Equal(
            RegistryError.Invalid,
            (await Assert.ThrowsAsync<RegistryException>(() => trust.PutIssuerAsync(caller, "i", new CardIssuerChange("ftp://a")))).Error);
    }
}
