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
}
