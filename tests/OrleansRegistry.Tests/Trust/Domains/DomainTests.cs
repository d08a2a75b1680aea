using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OrleansRegistry.Agents.Sources;
using OrleansRegistry.Outbound;
using OrleansRegistry.Trust.Domains;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Trust.Domains;

/// <summary>Domains that a subject proves by DNS, or by a file.</summary>
public sealed class DomainTests(DomainFixture fixture) : IClassFixture<DomainFixture>, IAsyncLifetime
{
    private readonly Caller alice = TestRegistry.NewCaller();
    private readonly RegistryHost host = fixture.Host;
    private readonly FakeTimeProvider time = fixture.Time;
    private readonly TestDns dns = fixture.Dns;
    private readonly string domain = $"d{Guid.NewGuid():N}.example";

    private IDomains Domains => host.Services.GetRequiredService<IDomains>();

    private DomainRecords Records => host.Services.GetRequiredService<DomainRecords>();

    public ValueTask InitializeAsync()
    {
        dns.Fails = false;
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task By_a_text_in_dns_it_is_proved_with_all_below_it_for_that_subject_alone()
    {
        var begun = await Domains.BeginAsync(alice, domain.ToUpperInvariant() + ".");
        Assert.Equal((domain, DomainState.Pending, 43), (begun.Domain, begun.State, begun.Token.Length));
        Assert.Equal(("_a2a-registry-verification." + domain, begun), (begun.RecordName, await Domains.BeginAsync(alice, domain)));
        Assert.Equal("DNS has no such TXT record; the file's place answered 404", (await VerifyAsync()).Reason);
        dns.Put(domain, ["another"]);
        Assert.StartsWith("the TXT record in DNS has another text", (await VerifyAsync()).Reason, StringComparison.Ordinal);

        dns.Put(domain, ["another"], [begun.Token[..9], begun.Token[9..]]);
        var proved = await VerifyAsync();
        Assert.Equal((DomainState.Verified, DomainMethod.Dns, null, null), (proved.State, proved.Method, proved.Reason, proved.MissedAt));
        Assert.Equal([proved], await Domains.ListAsync(alice));
        Assert.True(Records.Prove(alice.Tenant, alice.Subject, [domain, "a.b." + domain]));
        Assert.False(Records.Prove(alice.Tenant, alice.Subject, [domain, "x" + domain]));
        Assert.False(Records.Prove(alice.Tenant, alice.Subject, [domain, "a@b." + domain]));
        Assert.False(Records.Prove(alice.Tenant, alice.Subject, []));

        // The text is there for anybody to read, and proves nothing for anybody else.
        var bob = alice with { Subject = "bob" };
        Assert.False(Records.Prove(alice.Tenant, bob.Subject, [domain]));
        Assert.Empty(await Domains.ListAsync(bob));
        Assert.Equal("domain", (await Refused(RegistryError.NotFound, () => Domains.VerifyAsync(bob, domain))).Field);
        Assert.NotEqual(begun.Token, (await Domains.BeginAsync(bob, domain)).Token);
        Assert.Equal(DomainState.Pending, (await Domains.VerifyAsync(bob, domain)).State);
        var other = TestRegistry.NewCaller();
        Assert.False(Records.Prove(other.Tenant, alice.Subject, [domain]));
        Assert.False(await Domains.RemoveAsync(other, domain));

        Assert.True(await Domains.RemoveAsync(alice, domain));
        Assert.False(await Domains.RemoveAsync(alice, domain));
        Assert.False(Records.Prove(alice.Tenant, alice.Subject, [domain]));
    }

    [Fact]
    public async Task By_a_file_it_is_proved_alone_until_it_moves_to_a_private_address_for_too_long()
    {
        var token = (await Domains.BeginAsync(alice, domain)).Token;
        fixture.Files[domain] = () => Text($"# ours\r\n{token}x\n");
        Assert.EndsWith("the file does not have the token on a line", (await VerifyAsync()).Reason, StringComparison.Ordinal);
        fixture.Files[domain] = () => Text($"# ours\r\n{token}\r\n");
        Assert.Equal((DomainState.Verified, DomainMethod.File), (await VerifyAsync() is var proof ? (proof.State, proof.Method) : default));
        Assert.True(Proved(domain));
        Assert.False(Proved("a." + domain));

        fixture.Files[domain] = () => throw new HttpRequestException("no", new AddressRefusedException(domain));
        await Records.RecheckAsync(TestContext.Current.CancellationToken);
        Assert.Equal(DomainState.Verified, (await OneAsync()).State);
        time.Advance(DomainFixture.Recheck);
        await Records.RecheckAsync(TestContext.Current.CancellationToken);
        var failing = await OneAsync();
        Assert.Equal((DomainState.Failing, failing.MissedAt + DomainFixture.Grace), (failing.State, failing.HeldUntil));
        Assert.EndsWith("the domain is at an address that is not public", failing.Reason, StringComparison.Ordinal);
        Assert.True(Proved(domain));

        // It is looked again sooner, and found again is as before.
        fixture.Files[domain] = () => Text(token);
        time.Advance(DomainFixture.Recheck);
        await Records.RecheckAsync(TestContext.Current.CancellationToken);
        Assert.Equal((DomainState.Verified, null), (await OneAsync() is var again ? (again.State, again.Reason) : default));

        fixture.Files.TryRemove(domain, out _);
        time.Advance(DomainFixture.Recheck);
        await Records.RecheckAsync(TestContext.Current.CancellationToken);
        time.Advance(DomainFixture.Grace);
        Assert.False(Proved(domain));
        time.Advance(DomainFixture.TokenLife);
        Assert.Equal(DomainState.Expired, (await OneAsync()).State);
        Assert.Contains("begin again", (await Refused(RegistryError.Conflict, VerifyAsync)).Message, StringComparison.Ordinal);
        Assert.NotEqual(token, (await Domains.BeginAsync(alice, domain)).Token);
    }

    [Fact]
    public async Task A_token_ends_after_a_week_and_a_fault_of_dns_proves_nothing()
    {
        var begun = await Domains.BeginAsync(alice, domain);
        dns.Put(domain, [begun.Token]);
        dns.Fails = true;
        Assert.StartsWith("DNS answered ServerFailure", (await VerifyAsync()).Reason, StringComparison.Ordinal);
        Assert.Equal(RegistryError.Busy, (await Refused(RegistryError.Busy, () => Domains.VerifyAsync(alice, domain))).Error);
        time.Advance(DomainFixture.TokenLife);
        dns.Fails = false;
        Assert.Equal(DomainState.Expired, (await OneAsync()).State);
        Assert.Equal("domain", (await Refused(RegistryError.Conflict, VerifyAsync)).Field);
        dns.Put(domain, [(await Domains.BeginAsync(alice, domain)).Token]);
        Assert.Equal(DomainState.Verified, (await VerifyAsync()).State);
    }

    [Theory]
    [InlineData("")]
    [InlineData("example")]
    [InlineData("*.agents.example")]
    [InlineData("a_b.example")]
    [InlineData("-a.example")]
    [InlineData("a..example")]
    [InlineData("agents.example:443")]
    [InlineData("agents.example/x")]
    [InlineData("user@agents.example")]
    [InlineData("10.0.0.1")]
    [InlineData("[::1]")]
    public async Task What_is_no_domain_is_refused(string text)
    {
        Assert.Equal("domain", (await Refused(RegistryError.Invalid, () => Domains.BeginAsync(alice, text))).Field);
        await Refused(RegistryError.Invalid, () => Domains.VerifyAsync(alice, text));
        await Refused(RegistryError.Invalid, () => Domains.RemoveAsync(alice, text));
    }

    [Fact]
    public async Task Names_of_other_scripts_are_as_dns_has_them_and_long_ones_are_refused()
    {
        Assert.Equal("xn--bcher-kva.example", (await Domains.BeginAsync(alice, "Bücher.example")).Domain);
        Assert.Equal("xn--bcher-kva.example", (await Domains.BeginAsync(alice, "xn--bcher-kva.example")).Domain);
        Assert.Single(await Domains.ListAsync(alice));
        var longest = string.Join('.', Enumerable.Repeat(new string('a', 44), 5)) + "."; // 225
        await Domains.BeginAsync(alice, longest + "b");
        await Refused(RegistryError.Invalid, () => Domains.BeginAsync(alice, longest + "bb"));
    }

    [Fact]
    public async Task A_subject_has_so_many_and_no_more()
    {
        await Task.WhenAll(Enumerable.Range(0, DomainProof.MostOfSubject).Select(i => Domains.BeginAsync(alice, $"a{i}.example")));
        await Refused(RegistryError.Conflict, () => Domains.BeginAsync(alice, domain));
        await Domains.BeginAsync(alice, "a1.example");
        await Domains.BeginAsync(alice with { Subject = "bob" }, domain);
        await Domains.RemoveAsync(alice, "a1.example");
        await Domains.BeginAsync(alice, domain);
        await Refused(RegistryError.Forbidden, () => Domains.BeginAsync(alice with { Allowed = Permissions.AgentsRead }, domain));
    }

    [Fact]
    public async Task A_private_address_is_not_asked()
    {
        var options = new DomainOptions { Resolver = dns.Address, Resolve = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]) };
        using var probe = new DomainProbe(options, new CardFetchOptions());
        var found = await probe.LookAsync(domain, "token", TestContext.Current.CancellationToken);
        Assert.Equal((null, "DNS has no such TXT record; the domain is at an address that is not public"), (found.Method, found.Reason));
        using var none = new DomainProbe(options, new CardFetchOptions { Enabled = false });
        found = await none.LookAsync(domain, "token", TestContext.Current.CancellationToken);
        Assert.EndsWith("(CARD_FETCH_ENABLED)", found.Reason, StringComparison.Ordinal);
    }

    private static HttpResponseMessage Text(string text) => new(HttpStatusCode.OK) { Content = new StringContent(text) };

    private bool Proved(string name) => Records.Prove(alice.Tenant, alice.Subject, [name]);

    private async Task<DomainProof> OneAsync() => Assert.Single(await Domains.ListAsync(alice));

    private Task<DomainProof> VerifyAsync()
    {
        time.Advance(DomainRecords.Pause);
        return Domains.VerifyAsync(alice, domain);
    }
}
