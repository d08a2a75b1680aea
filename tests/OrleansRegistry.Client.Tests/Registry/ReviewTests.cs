using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Client.Tests;

/// <summary>Reviews over HTTP, by the client.</summary>
public sealed class ReviewTests(ClientHost host)
{
    private readonly Caller caller = ClientHost.NewCaller();

    [Fact]
    public async Task They_are_over_HTTP_as_they_are_here()
    {
        var reviews = host.Client.Reviews;
        var policy = new ReviewPolicy(ReviewMode.All) { OnFailure = HookFailure.Review, WebhookUrl = "https://example.com/hook" };
        var saved = await reviews.PutPolicyAsync(caller, policy);
        Assert.Equal((policy, true), (saved.Policy, saved.Secret!.StartsWith("whsec_", StringComparison.Ordinal)));
        Assert.Equal(policy, await reviews.GetPolicyAsync(caller));

        var user = caller with { Allowed = Permissions.AgentsRead | Permissions.AgentsWrite };
        var held = new List<AgentReview>();
        foreach (var name in (string[])["a/1", "b", "c"])
        {
            held.Add((await host.LocalAgents.RegisterAsync(user, new AgentRegistration(ClientHost.Card("n"), name))).Review!);
        }

        Assert.Equal(held.Order(Comparer<AgentReview>.Create(Older)), (await AllAsync()).Order(Comparer<AgentReview>.Create(Older)));
        Assert.Equal(ClientHost.Card("n").ToArray(), (await reviews.GetAsync(caller, "a/1"))!.Card.Utf8.ToArray());
        Assert.Null(await reviews.GetAsync(caller, "nobody"));
        var approved = await reviews.ApproveAsync(caller, "a/1", held[0].Id);
        Assert.Equal((ReviewState.Approved, caller.Subject), (approved.State, approved.DecidedBy));
        Assert.NotNull(approved.DecidedAt);
        Assert.NotNull(await host.Client.Agents.GetAsync(caller, "a/1"));
        Assert.Equal("no", (await reviews.RejectAsync(caller, "b", held[1].Id, "no")).Reason);
        await reviews.WithdrawAsync(caller, "c");
        Assert.Empty((await reviews.ListAsync(caller, ReviewState.Pending)).Reviews);
        Assert.Equal(
            RegistryError.Conflict,
            (await Assert.ThrowsAsync<RegistryException>(() => reviews.ApproveAsync(caller, "b", held[1].Id))).Error);

        static int Older(AgentReview? one, AgentReview? other) => string.CompareOrdinal(one!.AgentId, other!.AgentId);

        async Task<List<AgentReview>> AllAsync()
        {
            var all = new List<AgentReview>();
            string? token = null;
            do
            {
                var page = await reviews.ListAsync(caller, ReviewState.Pending, 2, token);
                all.AddRange(page.Reviews);
                token = page.NextPageToken;
            }
            while (token is not null);
            return all;
        }
    }

    [Fact]
    public async Task A_registration_that_waits_is_told()
    {
        const string At = "2026-01-01T00:00:00Z";
        const string Review = $$"""{"agent_id":"a","id":"r","state":"pending","change":"new","requested_by":"s","requested_at":"{{At}}"}""";
        const string Agent = $$"""
            {"agent_id":"a","agent_card":{"name":"a"},"enabled":true,"revision":0,"created_at":"{{At}}","updated_at":"{{At}}"}
            """;
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Say(
            202, $$"""{"success":true,"agent_id":"a","created":false,"review":{{Review}},"revision":0,"warnings":[],"agent":{{Agent}}}"""));
        using var client = new RegistryClient(server.Address.ToString());
        var written = await client.Agents.RegisterAsync(caller, new AgentRegistration(ClientHost.Card("a")));
        Assert.Equal(("r", ReviewState.Pending, true, 0L), (written.Review!.Id, written.Review.State, written.Review.IsNew, written.Agent.Revision));
    }
}
