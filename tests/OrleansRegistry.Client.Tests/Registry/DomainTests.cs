namespace OrleansRegistry.Client.Tests;

/// <summary>Domains over HTTP.</summary>
public sealed class DomainTests(ClientHost host)
{
    [Fact]
    public async Task They_are_over_HTTP_as_they_are_here()
    {
        var caller = ClientHost.NewCaller();
        var domains = host.Client.Domains;
        var begun = await domains.BeginAsync(caller, "Agents.example", ClientHost.Cancellation);
        Assert.Equal(("agents.example", DomainState.Pending, 43), (begun.Domain, begun.State, begun.Token.Length));
        Assert.InRange(begun.TokenEnd - DateTimeOffset.UtcNow, TimeSpan.FromDays(6.9), TimeSpan.FromDays(7.1));
        Assert.Equal([begun], await domains.ListAsync(caller, ClientHost.Cancellation));
        Assert.Equal((true, false), (await domains.RemoveAsync(caller, "agents.example"), await domains.RemoveAsync(caller, "agents.example")));
        Assert.Equal(RegistryError.NotFound, await FaultAsync(() => domains.VerifyAsync(caller, "agents.example")));
        Assert.Equal(RegistryError.Invalid, await FaultAsync(() => domains.BeginAsync(caller, "*.example.com")));
    }

    private static async Task<RegistryError> FaultAsync(Func<Task> call) => (await Assert.ThrowsAsync<RegistryException>(call)).Error;
}
