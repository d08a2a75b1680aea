using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Subscriptions;
using OrleansRegistry.Tests.Push;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Tests.Trust.Reviews;

/// <summary>Webhooks that are told of reviews, over restarts, and other replicas.</summary>
public sealed class ReviewNoticeTests(ReviewFixture fixture) : IClassFixture<ReviewFixture>
{
    private readonly Cast cast = Cast.New();

    [Fact]
    public async Task Each_step_is_told_in_order_and_signed_again_where_it_failed()
    {
        await using var receiver = await Receiver.StartAsync();
        var failures = 2;
        receiver.Answer = _ => Task.FromResult(Interlocked.Decrement(ref failures) >= 0 ? 500 : 200);
        var secret = (await fixture.Reviews.PutPolicyAsync(cast.Rita, new ReviewPolicy(ReviewMode.All) { WebhookUrl = receiver.Url() })).Secret!;
        var first = (await fixture.Host.Agents.RegisterAsync(cast.Alice, Cards.Registration("a"))).Review!;
        await fixture.Reviews.RejectAsync(cast.Rita, "a", first.Id, "no");
        var second = (await fixture.Host.Agents.RegisterAsync(cast.Alice, Cards.Registration("a"))).Review!;
        await fixture.Reviews.ApproveAsync(cast.Rita, "a", second.Id);
        await Eventually.TrueAsync(() => receiver.Taken.Count == 4, "four notices");
        Assert.Equal(
            [$"{first.Id}.requested", $"{first.Id}.rejected", $"{second.Id}.requested", $"{second.Id}.approved"],
            receiver.Taken.Select(posted => posted.Headers[WebhookSignature.IdHeader]));
        Assert.Equal(6, receiver.All.Count);
        var rejected = receiver.Taken[1];
        using var told = JsonDocument.Parse(rejected.Body);
        var data = told.RootElement.GetProperty("data");
        Assert.Equal(
            ("review.rejected", cast.Alice.Tenant, "a", "rejected", "no", "alice", "rita"),
            (told.RootElement.GetProperty("type").GetString(), Text("tenant"), Text("agent_id"), Text("state"), Text("reason"), Text("requested_by"),
                Text("decided_by")));
        Assert.Equal(
            WebhookSignature.Of(
                [secret],
                rejected.Headers[WebhookSignature.IdHeader],
                long.Parse(rejected.Headers[WebhookSignature.TimeHeader], System.Globalization.CultureInfo.InvariantCulture),
                System.Text.Encoding.UTF8.GetBytes(rejected.Body)),
            rejected.Headers[WebhookSignature.SignatureHeader]);

        string? Text(string name) => data.GetProperty(name).GetString();
    }

    [Fact]
    public async Task What_waits_and_what_is_to_be_told_is_there_after_a_restart_and_on_another_replica()
    {
        await using var store = TestStores.InMemory();
        await store.OpenAsync(TestContext.Current.CancellationToken);
        await using var receiver = await Receiver.StartAsync();
        var isDown = true;
        receiver.Answer = _ => Task.FromResult(isDown ? 503 : 200);
        AgentReview held;
        await using (var before = await StartAsync())
        {
            var policy = new ReviewPolicy(ReviewMode.All) { WebhookUrl = receiver.Url() };
            await before.Services.GetRequiredService<IAgentReviews>().PutPolicyAsync(cast.Rita, policy);
            held = (await before.Agents.RegisterAsync(cast.Alice, Cards.Registration("a"))).Review!;
            await Eventually.TrueAsync(() => receiver.All.Count > 0, "a first try");
        }

        isDown = false;
        await using var host = await StartAsync();
        await using var other = await StartAsync();
        await Eventually.TrueAsync(() => receiver.Taken.Count > 0, "the notice");
        Assert.Equal(held, (await Of(other).GetAsync(cast.Rita, "a"))! with { Card = default });
        await Of(other).ApproveAsync(cast.Rita, "a", held.Id);
        Assert.NotNull(await host.Agents.GetAsync(cast.Alice, "a", ReadConsistency.Strong));

        // A policy that one replica changed counts on the other.
        await Of(host).PutPolicyAsync(cast.Rita, new ReviewPolicy());
        await Eventually.TrueAsync(async () => (await Of(other).GetPolicyAsync(cast.Rita)).Mode == ReviewMode.None, "the policy");
        Assert.True((await other.Agents.RegisterAsync(cast.Alice, Cards.Registration("b"))).Created);

        Task<RegistryHost> StartAsync() => RegistryHost.StartAsync(ReviewFixture.Configure, new StoreProbe(store, isOpen: true));

        IAgentReviews Of(RegistryHost of) => of.Services.GetRequiredService<IAgentReviews>();
    }
}
