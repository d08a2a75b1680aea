namespace OrleansRegistry.Client.Tests;

/// <summary>Probes over HTTP.</summary>
public sealed class ProbeTests(ClientHost host)
{
    private const string Nowhere = "http://127.0.0.1:1/card.json";

    private readonly Caller caller = ClientHost.NewCaller();

    [Fact]
    public async Task They_are_over_HTTP_as_they_are_here()
    {
        var day = TimeSpan.FromDays(1);
        var registration = new AgentRegistration(ClientHost.Card("a")) { ProbeInterval = day, ProbeUrl = Nowhere };
        var written = await host.Client.Agents.RegisterAsync(caller, registration, ClientHost.Cancellation);
        Assert.Equal(new AgentProbe { Interval = day, Url = Nowhere }, written.Agent.Probe);
        var unknown = await host.Client.Probes.GetProbeAsync(caller, "a");
        Assert.Equal((null, 0, day, Nowhere), (unknown.Result, unknown.Failures, unknown.Interval, unknown.Url));
        var found = await host.Client.Probes.ProbeAsync(caller, "a");
        Assert.Equal((AgentProbeOutcome.Unreachable, 1, day), (found.Result!.Outcome, found.Failures, found.Interval));
        Assert.Contains(Nowhere, found.Result.Reason, StringComparison.Ordinal);
        var here = (await host.LocalAgents.GetAsync(caller, "a"))!.Probe!;
        var there = (await host.Client.Agents.GetAsync(caller, "a"))!.Probe!;
        Assert.True(here.Result!.IsSame(there.Result));
        Assert.Equal((here.Result.Since, here.Result.Reason), (there.Result!.Since, there.Result.Reason));
        var query = new AgentQuery { Any = AgentFilters.Of(AgentField.Probe, "unreachable") };
        Assert.Single((await host.Client.Agents.ListAsync(caller, query)).Agents);
        Assert.Null((await host.Client.Agents.PatchAsync(caller, "a", new AgentPatch { ProbesAsUsual = true, ProbesByCard = true })).Agent.Probe);
        await RefusedAsync(RegistryError.NotFound, () => host.Client.Probes.GetProbeAsync(caller, "nobody"));
        await RefusedAsync(RegistryError.NotFound, () => host.Client.Probes.ProbeAsync(caller, "nobody"));
    }

    private static async Task RefusedAsync(RegistryError error, Func<Task> call) =>
        Assert.Equal(error, (await Assert.ThrowsAsync<RegistryException>(call)).Error);
}
