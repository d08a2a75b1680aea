using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Subscriptions;
using OrleansRegistry.Tests.Push;
using OrleansRegistry.Tests.Shared;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Trust.Reviews;

/// <summary>Hooks that decide about cards.</summary>
public sealed class PolicyHookTests(ReviewFixture fixture) : IClassFixture<ReviewFixture>
{
    private readonly Cast cast = Cast.New();
    private readonly IAgentRegistry agents = fixture.Host.Agents;
    private readonly IAgentReviews reviews = fixture.Reviews;

    [Fact]
    public async Task One_decides_before_anything_is_stored_and_is_asked_once_a_card()
    {
        var bodies = new List<string>();
        string[] answers = ["""{"decision":"deny","reason":"no such team"}""", """{"decision":"review"}""", """{"decision":"allow","more":1}"""];
        await using var hook = await ScriptedServer.StartAsync([.. answers.Select(answer => AnswerAsync(answer, bodies))]);
        var secret = (await AskAsync(hook)).Secret!;

        var denied = await Refused(RegistryError.Forbidden, () => agents.RegisterAsync(cast.Alice, Cards.Registration("a")));
        Assert.Contains("no such team", denied.Message, StringComparison.Ordinal);
        Assert.Null(await reviews.GetAsync(cast.Rita, "a"));
        Assert.NotNull((await agents.RegisterAsync(cast.Alice, Cards.Registration("a"))).Review);
        Assert.True((await agents.RegisterAsync(cast.Alice, Cards.Registration("a"))).Created);
        Assert.Null((await agents.RegisterAsync(cast.Alice, Cards.Registration("a"))).Review);
        await agents.RegisterAsync(cast.Alice, Cards.Registration("a", "another"));
        Assert.Equal(4, bodies.Count);

        using var asked = JsonDocument.Parse(bodies[^1]);
        Assert.Equal(
            (cast.Alice.Tenant, "alice", "a", "card", "another"),
            (Text("tenant"), Text("subject"), Text("agent_id"), Text("change"),
                asked.RootElement.GetProperty("card").GetProperty("description").GetString()));
        var headers = hook.Requests[^1].Headers;
        Assert.Equal(
            WebhookSignature.Of(
                [secret],
                headers[WebhookSignature.IdHeader].ToString(),
                long.Parse(headers[WebhookSignature.TimeHeader].ToString(), System.Globalization.CultureInfo.InvariantCulture),
                System.Text.Encoding.UTF8.GetBytes(bodies[^1])),
            headers[WebhookSignature.SignatureHeader].ToString());

        string? Text(string name) => asked.RootElement.GetProperty(name).GetString();
    }

    [Fact]
    public async Task One_that_denies_does_so_to_reviewers_too_and_what_it_leaves_to_them_they_have_decided()
    {
        var bodies = new List<string>();
        await using var hook = await ScriptedServer.StartAsync(
            AnswerAsync("""{"decision":"deny"}""", bodies), AnswerAsync("""{"decision":"review"}""", bodies));
        await AskAsync(hook);
        await Refused(RegistryError.Forbidden, () => agents.RegisterAsync(cast.Rita, Cards.Registration("a")));
        Assert.True((await agents.RegisterAsync(cast.Rita, Cards.Registration("a"))).Created);
    }

    [Theory]
    [InlineData(HookFailure.Deny, "hangs")]
    [InlineData(HookFailure.Allow, "hangs")]
    [InlineData(HookFailure.Review, "hangs")]
    [InlineData(HookFailure.Deny, "500")]
    [InlineData(HookFailure.Allow, "no JSON")]
    [InlineData(HookFailure.Review, """{"decision":"perhaps"}""")]
    [InlineData(HookFailure.Deny, "[]")]
    [InlineData(HookFailure.Deny, "redirects")]
    [InlineData(HookFailure.Deny, "too long")]
    [InlineData(HookFailure.Review, "nobody is there")]
    public async Task Where_one_does_not_decide_it_is_as_the_policy_says_within_its_time(HookFailure failure, string how)
    {
        using var end = new CancellationTokenSource();
        await using var hook = await ScriptedServer.StartAsync(context => how switch
        {
            "hangs" => Task.Delay(Timeout.Infinite, end.Token).ContinueWith(_ => { }, TaskScheduler.Default),
            "500" => ScriptedServer.Say(500, """{"decision":"allow"}""")(context),
            "redirects" => Task.Run(() => context.Response.Redirect("http://127.0.0.1:1/")),
            "too long" => ScriptedServer.Say(200, $$"""{"decision":"allow","reason":"{{new string('a', 20_000)}}"}""")(context),
            _ => ScriptedServer.Say(200, how)(context),
        });
        var url = how == "nobody is there" ? "http://127.0.0.1:1/" : hook.Address.ToString();
        await reviews.PutPolicyAsync(cast.Rita, new ReviewPolicy { HookUrl = url, OnFailure = failure });
        var watch = Stopwatch.StartNew();
        if (failure == HookFailure.Deny)
        {
            var refused = await Refused(RegistryError.Unavailable, () => agents.RegisterAsync(cast.Alice, Cards.Registration("a")));
            Assert.NotNull(refused.RetryAfter);
            Assert.Null(await agents.GetAsync(cast.Alice, "a", ReadConsistency.Strong));
        }
        else
        {
            var written = await agents.RegisterAsync(cast.Alice, Cards.Registration("a"));
            Assert.Equal((failure == HookFailure.Allow, failure == HookFailure.Review), (written.Created, written.Review is not null));
        }

        // Not so much more as a machine with much to do may need.
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, ReviewFixture.HookTimeout + TimeSpan.FromSeconds(20));
        await end.CancelAsync();
    }

    [Fact]
    public async Task A_batch_waits_for_one_that_hangs_no_longer_than_one_agent_does()
    {
        using var end = new CancellationTokenSource();
        await using var hook = await ScriptedServer.StartAsync(
            _ => Task.Delay(Timeout.Infinite, end.Token).ContinueWith(_ => { }, TaskScheduler.Default));
        await AskAsync(hook);
        var watch = Stopwatch.StartNew();
        var results = await agents.RegisterManyAsync(cast.Alice, [.. Enumerable.Range(0, 200).Select(i => Cards.Registration($"a{i}"))]);
        Assert.All(results, result => Assert.Equal(RegistryError.Unavailable, result.Refused!.Error));

        // One after the other, 16 at once, they would have taken 12 times as long.
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, (ReviewFixture.HookTimeout * 5) + TimeSpan.FromSeconds(2));
        await end.CancelAsync();
    }

    [Theory]
    [InlineData("ftp://example.com", null, null, "hook_url")]
    [InlineData("http://u:p@example.com", null, null, "hook_url")]
    [InlineData("http://10.0.0.1/", null, null, "hook_url")]
    [InlineData(null, "nonsense", null, "webhook_url")]
    [InlineData(null, "http://169.254.169.254/", null, "webhook_url")]
    [InlineData(null, null, "whsec_short", "secret")]
    public async Task What_cannot_be_a_policy_is_refused(string? hook, string? webhook, string? secret, string field)
    {
        var policy = new ReviewPolicy { HookUrl = hook, WebhookUrl = webhook };
        Assert.Equal(field, (await Refused(RegistryError.Invalid, () => reviews.PutPolicyAsync(cast.Rita, policy, secret))).Field);
        Assert.Equal(new ReviewPolicy(), await reviews.GetPolicyAsync(cast.Alice));
    }

    [Fact]
    public async Task A_secret_is_told_once_and_stays()
    {
        var policy = new ReviewPolicy { WebhookUrl = "https://example.com/hook" };
        Assert.Null((await reviews.PutPolicyAsync(cast.Rita, new ReviewPolicy(ReviewMode.New))).Secret);
        Assert.StartsWith("whsec_", (await reviews.PutPolicyAsync(cast.Rita, policy)).Secret, StringComparison.Ordinal);
        Assert.Null((await reviews.PutPolicyAsync(cast.Rita, policy with { Mode = ReviewMode.All })).Secret);
        Assert.Equal(policy with { Mode = ReviewMode.All }, await reviews.GetPolicyAsync(cast.Rita));
        Assert.Equal(new ReviewPolicy(ReviewMode.All), await reviews.GetPolicyAsync(cast.Alice));
    }

    [Fact]
    public async Task That_of_the_settings_counts_in_all_tenants_wherever_it_is_and_their_own_add_to_it()
    {
        await using var hook = await ScriptedServer.StartAsync(ScriptedServer.Say(200, """{"decision":"review"}"""));
        await using var host = await RegistryHost.StartAsync(options =>
        {
            ReviewFixture.Configure(options);
            options.Reviews = options.Reviews with { HookUrl = hook.Address.ToString(), HookSecret = WebhookSignature.NewSecret() };
        });
        var its = host.Services.GetRequiredService<IAgentReviews>();
        Assert.NotNull((await host.Agents.RegisterAsync(cast.Alice, Cards.Registration("a"))).Review);
        Assert.Equal(new ReviewPolicy(), await its.GetPolicyAsync(cast.Rita));
        Assert.Single(hook.Requests, request => request.Headers.ContainsKey(WebhookSignature.SignatureHeader));

        // A tenant takes nothing of it away.
        await its.PutPolicyAsync(cast.Rita, new ReviewPolicy());
        Assert.NotNull((await host.Agents.RegisterAsync(cast.Alice, Cards.Registration("b"))).Review);
        await using var own = await ScriptedServer.StartAsync(ScriptedServer.Say(200, """{"decision":"allow"}"""));
        await its.PutPolicyAsync(cast.Rita, new ReviewPolicy { HookUrl = own.Address.ToString() });
        Assert.NotNull((await host.Agents.RegisterAsync(cast.Alice, Cards.Registration("c"))).Review);
        Assert.Equal((3, 1), (hook.Requests.Count, own.Requests.Count));

        await using var none = await ScriptedServer.StartAsync(ScriptedServer.Say(200, """{"decision":"deny"}"""));
        await its.PutPolicyAsync(cast.Rita, new ReviewPolicy { HookUrl = none.Address.ToString() });
        var denied = await Assert.ThrowsAsync<RegistryException>(() => host.Agents.RegisterAsync(cast.Alice, Cards.Registration("d")));
        Assert.Equal(RegistryError.Forbidden, denied.Error);
    }

    private static Func<HttpContext, Task> AnswerAsync(string answer, List<string> bodies) => async context =>
    {
        using var reader = new StreamReader(context.Request.Body);
        bodies.Add(await reader.ReadToEndAsync());
        await ScriptedServer.Say(200, answer)(context);
    };

    private Task<ReviewPolicySaved> AskAsync(ScriptedServer hook) =>
        reviews.PutPolicyAsync(cast.Rita, new ReviewPolicy { HookUrl = hook.Address.ToString() });
}
