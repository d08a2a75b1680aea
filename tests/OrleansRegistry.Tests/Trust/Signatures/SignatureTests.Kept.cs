using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Agents;
using OrleansRegistry.Tests.Shared;
using OrleansRegistry.Trust.Signatures;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Trust.Signatures;

/// <summary>Agents that are there already, where more is asked of cards than when they came.</summary>
public sealed partial class SignatureTests
{
    private const string Other = """{"description":"e","name":"a"}""";

    [Fact]
    public async Task A_card_that_the_agent_has_may_be_sent_again_whatever_is_asked_by_now()
    {
        await RegisterAsync(Card);
        await AskAsync(new CardPolicy(RequireSignature: true));
        Assert.False((await host.Agents.RegisterAsync(alice, Registration(Card) with { Enabled = false })).Agent.Enabled);
        Assert.True((await PatchAsync(Patch("""{"description":"d"}""") with { Enabled = true })).Enabled);
        await Refused(RegistryError.Invalid, () => RegisterAsync(Other));
        await Refused(RegistryError.Invalid, () => PatchAsync(Patch("""{"description":"e"}""")));
        await host.Agents.RemoveAsync(alice, "a");
        await Refused(RegistryError.Invalid, () => RegisterAsync(Card));
    }

    [Fact]
    public async Task A_request_that_was_carried_out_is_told_to_have_been_whatever_is_asked_by_now()
    {
        var (registering, patching) = (alice with { IdempotencyKey = "r" }, alice with { IdempotencyKey = "p" });
        await host.Agents.RegisterAsync(registering, Registration(Card));
        await host.Agents.PatchAsync(patching, "a", Patch("""{"description":"f"}"""));
        await RegisterAsync(Other);
        await AskAsync(new CardPolicy(RequireSignature: true));
        Assert.True((await host.Agents.RegisterAsync(registering, Registration(Card))).Repeated);
        Assert.True((await host.Agents.PatchAsync(patching, "a", Patch("""{"description":"f"}"""))).Repeated);
        Assert.Equal(Other, (await GetAsync()).Card.ToString());
    }

    [Fact]
    public async Task A_card_that_is_as_it_was_where_it_is_fetched_is_not_judged_anew()
    {
        await using var server = await CardServer.StartAsync();
        server.At["/a.json"] = CardServer.Serve(Card, "v1");
        await host.Agents.RegisterAsync(alice, new AgentRegistration(default) { CardUrl = server.Url("/a.json") });
        await AskAsync(new CardPolicy(RequireSignature: true));
        server.At["/a.json"] = CardServer.Serve(Card, "v2");
        Assert.False((await host.Agents.RefreshAsync(alice, "a")).Changed);
        server.At["/a.json"] = CardServer.Serve(Other, "v3");
        await Refused(RegistryError.Invalid, () => host.Agents.RefreshAsync(alice, "a"));
    }

    [Fact]
    public async Task The_card_of_an_agent_that_is_nobodys_is_judged_for_whose_it_becomes()
    {
        var agent = await RegisterAsync(Card);
        var key = new RecordKey(agent.Tenant, agent.Id);
        await host.Agents.WaitForRevisionAsync(
            await Store.WriteAsync(AgentKind.Kind, key, agent.Revision, AgentKind.Write(agent with { Owner = null })));
        await AskAsync(new CardPolicy
        {
            MinimumTrustLevel = TrustLevels.Verified,
            OwnerTrustLevels = new Dictionary<string, string> { [alice.Subject] = TrustLevels.Verified },
        });
        Assert.Equal((alice.Subject, Other), await RegisterAsync(Other) is var written ? (written.Owner, written.Card.ToString()) : default);
    }

    [Fact]
    public async Task What_was_judged_for_another_agent_than_there_is_comes_again()
    {
        var grain = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IAgentGrain>(GrainKeys.For(alice.Tenant, "a"));
        var put = new AgentPut(RawJson.FromValid(Encoding.UTF8.GetBytes(Card)), null, [], default, alice.Subject);
        var (ofAlice, kept) = (new CardJudgement(alice.Subject, IsKept: false), new CardJudgement(alice.Subject, IsKept: true));
        var ofBob = ofAlice with { Owner = "bob" };
        await Refused(RegistryError.Busy, () => grain.Put(put with { Judgement = ofBob }));
        await Refused(RegistryError.Busy, () => grain.Put(put with { Judgement = kept }));
        Assert.True((await grain.Put(put with { Judgement = ofAlice })).Created);
        Assert.False((await grain.Put(put with { Judgement = kept })).Created);
        Assert.False((await grain.Put(put)).Created);

        var patch = new AgentChange(RawJson.FromValid("""{"description":"e"}"""u8), null, [], default, alice.Subject);
        await Refused(RegistryError.Busy, () => grain.Patch(patch with { Judgement = ofBob }));
        await Refused(RegistryError.Busy, () => grain.Patch(patch with { Judgement = kept }));
        Assert.Equal(Other, (await grain.Patch(patch with { Judgement = ofAlice })).Agent.Card.ToString());
    }

    private Task<CardPolicy> AskAsync(CardPolicy policy) => host.Services.GetRequiredService<ICardTrust>().PutPolicyAsync(alice, policy);
}
