using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Trust.Domains;

/// <summary>What a proved domain says of agents.</summary>
public sealed class DomainVerdictTests(DomainFixture fixture) : IClassFixture<DomainFixture>
{
    private readonly Caller alice = TestRegistry.NewCaller();
    private readonly string domain = $"d{Guid.NewGuid():N}.example";

    [Fact]
    public async Task Agents_of_who_proved_it_are_verified_whose_hosts_are_all_in_it_and_nobody_elses()
    {
        var host = fixture.Host;
        var bob = alice with { Subject = "bob" };
        await RegisterAsync(host, alice, "in", $"https://a.{domain}/rpc");
        await RegisterAsync(host, alice, "out", "https://other.example/rpc");
        await RegisterAsync(host, alice, "both", $"https://{domain}/rpc", "https://other.example/rpc");
        await RegisterAsync(host, alice, "nowhere");
        await RegisterAsync(host, bob, "bobs", $"https://{domain}/rpc");
        Assert.Equal("", await VerifiedAsync());
        await ProveAsync(host, alice);
        Assert.Equal("in", await VerifiedAsync());
        Assert.True((await host.Agents.GetAsync(alice, "in"))!.DomainVerified);
        Assert.True((await host.Agents.GetAsync(alice, "in", ReadConsistency.Strong))!.DomainVerified);

        // What was made of a record is found again by it.
        Assert.Same(await host.Agents.GetAsync(alice, "in"), await host.Agents.GetAsync(alice, "in"));
        Assert.False((await host.Agents.GetAsync(alice, "bobs"))!.DomainVerified);
        await ProveAsync(host, bob);
        Assert.Equal("bobs in", await VerifiedAsync());
        await host.Agents.PatchAsync(alice, "out", Patch($"https://{domain}/"));
        Assert.Equal("bobs in out", await VerifiedAsync());
        await host.Services.GetRequiredService<IDomains>().RemoveAsync(alice, domain);
        Assert.Equal("bobs", await VerifiedAsync());

        async Task<string> VerifiedAsync()
        {
            var all = (await host.Agents.ListAsync(alice)).Agents;
            var verified = string.Join(' ', all.Where(agent => agent.DomainVerified).Select(agent => agent.Id));
            var query = new AgentQuery { Any = AgentFilters.Of(AgentField.DomainVerified, "true") };
            Assert.Equal(verified, string.Join(' ', (await host.Agents.ListAsync(alice, query)).Agents.Select(agent => agent.Id)));
            return verified;
        }
    }

    [Fact]
    public async Task Answers_to_writes_say_it_too()
    {
        await ProveAsync(fixture.Host, alice);
        var agents = fixture.Host.Agents;
        var url = $"https://{domain}/rpc";
        var first = await agents.RegisterAsync(alice, Registration("a", url));
        var again = await agents.RegisterAsync(alice, Registration("a", url + "/2"));
        Assert.Equal((true, false), (first.Created, again.Created));
        var patched = await agents.PatchAsync(alice, "a", new AgentPatch(Enabled: false));
        var many = await agents.RegisterManyAsync(alice, [Registration("b", url)]);
        var labeled = await fixture.Host.Services.GetRequiredService<IAgentVersions>().LabelAsync(alice, "a", "stable", 1);
        Assert.All([first.Agent, again.Agent, patched.Agent, many[0].Written!.Agent, labeled], agent =>
            Assert.Equal((true, TrustLevels.Verified), (agent.DomainVerified, agent.TrustLevel)));
        Assert.False((await agents.PatchAsync(alice, "a", Patch("https://other.example/"))).Agent.DomainVerified);
    }

    [Theory]
    [InlineData("example")]
    [InlineData("x.{0}.other.example")]
    [InlineData("x{0}")]
    [InlineData("1.2.3.4")]
    [InlineData("evil.example\\\\@x.{0}:443", false)]
    public async Task A_domain_proves_no_other_host(string form, bool isUrl = true)
    {
        var host = string.Format(CultureInfo.InvariantCulture, form, domain);
        await ProveAsync(fixture.Host, alice);
        await RegisterAsync(fixture.Host, alice, "other", isUrl ? $"https://{host}/" : host);
        Assert.False((await fixture.Host.Agents.GetAsync(alice, "other"))!.DomainVerified);
        await RegisterAsync(fixture.Host, alice, "own", $"https://X.{domain.ToUpperInvariant()}/");
        Assert.True((await fixture.Host.Agents.GetAsync(alice, "own"))!.DomainVerified);
    }

    [Fact]
    public void A_watch_cannot_follow_it()
    {
        var query = new AgentQuery { Not = AgentFilters.Of(AgentField.DomainVerified, "true") };
        var refusal = Assert.Throws<RegistryException>(() => fixture.Host.Agents.WatchAsync(alice, query));
        Assert.Equal(("domain_verified", RegistryError.Invalid), (refusal.Field, refusal.Error));
    }

    [Fact]
    public async Task A_registry_may_take_no_other_cards()
    {
        var strict = fixture.Strict;
        await Refused(RegistryError.Invalid, () => RegisterAsync(strict, alice, "a", $"https://{domain}/rpc"));
        await ProveAsync(strict, alice);
        await RegisterAsync(strict, alice, "a", $"https://{domain}/rpc");
        await Refused(RegistryError.Invalid, () => RegisterAsync(strict, alice, "b"));
        await Refused(RegistryError.Invalid, () => RegisterAsync(strict, alice with { Subject = "bob" }, "b", $"https://{domain}/rpc"));
        var refused = await Refused(RegistryError.Invalid, () => strict.Agents.PatchAsync(alice, "a", Patch("https://other.example/")));
        Assert.Equal("url", refused.Field);
        await strict.Agents.PatchAsync(alice, "a", Patch($"https://b.{domain}/"));
        var batch = await strict.Agents.RegisterManyAsync(
            alice, [Registration("c", "https://other.example"), Registration("d", $"https://{domain}")]);
        Assert.Equal([RegistryError.Invalid, null], batch.Select(result => result.Refused?.Error));
    }

    private static AgentPatch Patch(string url) => new(Encoding.UTF8.GetBytes($$"""{"url":"{{url}}","supportedInterfaces":null}"""));

    private static AgentRegistration Registration(string name, params string[] urls)
    {
        var interfaces = string.Join(',', urls.Select(url => $$"""{"url":"{{url}}","protocolBinding":"JSONRPC"}"""));
        return new AgentRegistration(Encoding.UTF8.GetBytes($$"""{"name":"{{name}}","supportedInterfaces":[{{interfaces}}]}"""));
    }

    private static async Task RegisterAsync(RegistryHost host, Caller caller, string name, params string[] urls) =>
        await host.Agents.RegisterAsync(caller, Registration(name, urls));

    private async Task ProveAsync(RegistryHost host, Caller caller)
    {
        var domains = host.Services.GetRequiredService<IDomains>();
        fixture.Dns.Put(domain, [(await domains.BeginAsync(caller, domain)).Token]);
        Assert.Equal(DomainState.Verified, (await domains.VerifyAsync(caller, domain)).State);
    }
}
