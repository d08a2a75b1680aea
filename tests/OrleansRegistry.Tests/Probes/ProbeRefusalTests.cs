using OrleansRegistry.Tests.Shared;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Probes;

/// <summary>What is asked of probes in vain.</summary>
public sealed class ProbeRefusalTests(ProbeFixture fixture) : IClassFixture<ProbeFixture>, IAsyncLifetime
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly Caller alice = TestRegistry.NewCaller();
    private readonly ProbeHost host = fixture.Host;
    private CardServer server = null!;

    public async ValueTask InitializeAsync() => server = await CardServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData(59)]
    [InlineData(1)]
    [InlineData((30 * 86_400) + 1)]
    [InlineData(60.5)]
    public async Task Intervals_out_of_range_are_refused(double seconds)
    {
        var asked = Cards.Registration("a") with { ProbeInterval = TimeSpan.FromSeconds(seconds) };
        Assert.Equal("probe_seconds", (await Refused(RegistryError.Invalid, () => host.Agents.RegisterAsync(alice, asked))).Field);
    }

    [Theory]
    [InlineData("ftp://example.com/card")]
    [InlineData("https://user:secret@example.com/")]
    [InlineData("")]
    public async Task So_are_urls_that_lead_nowhere(string url)
    {
        var asked = Cards.Registration("a") with { ProbeUrl = url };
        Assert.Equal("probe_url", (await Refused(RegistryError.Invalid, () => host.Agents.RegisterAsync(alice, asked))).Field);
    }

    [Fact]
    public async Task What_excludes_one_another_is_refused_and_so_is_everybody_but_the_owner()
    {
        await host.Agents.RegisterAsync(alice, Cards.Registration("a") with { ProbeUrl = server.Url("/a.json"), ProbeInterval = Hour });
        var bob = alice with { Subject = "bob" };
        AgentPatch[] patches =
        [
            new() { ProbeInterval = Hour, ProbesAsUsual = true },
            new() { ProbeUrl = "https://a.example.com", ProbesByCard = true },
        ];
        foreach (var patch in patches)
        {
            await Refused(RegistryError.Invalid, () => host.Agents.PatchAsync(alice, "a", patch));
        }

        await Refused(RegistryError.Forbidden, () => host.Agents.PatchAsync(bob, "a", new AgentPatch { ProbesAsUsual = true }));
        await Refused(RegistryError.Forbidden, () => host.Agents.RegisterAsync(bob, Cards.Registration("a") with { ProbeInterval = Hour }));
        await Refused(RegistryError.Forbidden, () => host.Probes.ProbeAsync(bob, "a"));
        await Refused(RegistryError.NotFound, () => host.Probes.ProbeAsync(alice, "nobody"));
        await Refused(RegistryError.NotFound, () => host.Probes.GetProbeAsync(alice with { Tenant = "other" }, "a"));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Where_no_cards_are_fetched_none_are_probed()
    {
        await using var off = await ProbeHost.StartAsync(options => options.CardFetch = options.CardFetch with { Enabled = false });
        await off.Agents.RegisterAsync(alice, Cards.Registration("a") with { ProbeUrl = server.Url("/a.json") });
        await Refused(RegistryError.NotSupported, () => off.Probes.ProbeAsync(alice, "a"));
        Assert.Empty(server.Requests);
    }
}
