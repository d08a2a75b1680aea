using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Agents;

namespace OrleansRegistry.Tests.Trust.Signatures;

/// <summary>Agents that are imported by who does not manage all tenants.</summary>
public sealed partial class SignatureTests
{
    private static readonly AgentSignature Forged = new(SignatureVerdict.Valid, DateTimeOffset.UnixEpoch, [new(SignatureVerdict.Valid)]);

    private Caller Owner => alice with { Allowed = RegistryRoles.Of(["owner"]) };

    private IRecordStore Store => host.Services.GetRequiredService<IRecordStore>();

    [Fact]
    public async Task What_a_file_says_of_signatures_counts_for_nothing_where_their_issuer_is_away()
    {
        issuer.Status = HttpStatusCode.ServiceUnavailable;
        var agent = await RegisterAsync(issuer.Sign(Card, Card, header: header => header["kid"] = "new"));
        var file = await ExportAsync(agent with { Signature = Forged });
        await host.Agents.RemoveAsync(alice, "a");
        Assert.Equal(1, (await ImportAsync(file)).Created);
        Assert.Equal((SignatureVerdict.Unknown, true), await StoredAsync() is { Signature: { } found } ? (found.Verdict, found.AwaitsKeys) : default);

        // The same card, and a card that has no signature.
        Assert.Equal(1, (await ImportAsync(file, replace: true)).Same);
        Assert.Equal(SignatureVerdict.Unknown, (await StoredAsync()).Signature!.Verdict);
        file = await ExportAsync(agent with { Card = RawJson.FromValid(Encoding.UTF8.GetBytes(Card)), Signature = Forged });
        await RegisterAsync(issuer.Sign(Card, Card));
        Assert.Equal(1, (await ImportAsync(file, replace: true)).Replaced);
        Assert.Null((await StoredAsync()).Signature);
    }

    [Fact]
    public async Task A_file_is_judged_for_the_owner_whom_its_agents_then_have()
    {
        var bob = alice with { Subject = "bob" };
        var trust = host.Services.GetRequiredService<ICardTrust>();
        var agent = (await host.Agents.RegisterAsync(alice, Registration(Card))).Agent;
        var ofBob = await ExportAsync(agent with { Owner = "bob" });
        var ofAlice = await ExportAsync(agent);
        await ImportAsync(ofBob, replace: true);
        await trust.PutPolicyAsync(alice, new CardPolicy
        {
            MinimumTrustLevel = TrustLevels.Verified,
            OwnerTrustLevels = new Dictionary<string, string> { ["bob"] = TrustLevels.Verified },
        });

        var refused = await Assert.ThrowsAsync<RegistryException>(() => ImportAsync(ofAlice, replace: true));
        Assert.Contains("trust_level: would be", refused.Message, StringComparison.Ordinal);

        // Without an owner in the file it stays whose it is.
        var bare = """{"a": {"name": "a", "description": "bare", "version": "1"}}"""u8.ToArray();
        Assert.Equal(1, (await ImportAsync(bare, replace: true)).Replaced);
        Assert.Equal("bob", (await StoredAsync()).Owner);
        await host.Agents.RemoveAsync(bob, "a");
        await Assert.ThrowsAsync<RegistryException>(() => ImportAsync(bare));
    }

    private async Task<AgentRecord> StoredAsync() => AgentKind.Read((await Store.ReadAsync(AgentKind.Kind, new RecordKey(alice.Tenant, "a")))!);

    /// <summary>An export of the agent as it is given; it stays as it is.</summary>
    private async Task<byte[]> ExportAsync(AgentRecord agent)
    {
        var key = new RecordKey(agent.Tenant, agent.Id);
        await using var other = TestStores.InMemory();
        await other.OpenAsync(CancellationToken.None);
        await other.WriteAsync(AgentKind.Kind, key, 0, AgentKind.Write(agent));
        return await Transfer.Transfers.ExportAsync(other);
    }

    private Task<ImportReport> ImportAsync(byte[] file, bool replace = false) =>
        host.Services.GetRequiredService<IRegistryTransfer>().ImportAsync(new MemoryStream(file), new ImportRequest
        {
            Caller = Owner,
            Terms = host.Services.GetRequiredService<IDataGate>().TermsOf(Owner),
            Replace = replace,
        });
}
