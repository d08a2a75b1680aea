using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.TestSupport;
using OrleansRegistry.Tests.Shared;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Push;

/// <summary>Who sees what of a webhook's credentials and token.</summary>
public sealed class PushSecretTests : PushedTasks
{
    [Fact]
    public async Task Secrets_are_in_no_answer_and_no_log()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = _ => Task.FromResult(500);
        var log = new ConcurrentQueue<string>();
        await using (var host = await PushHost.StartAsync(PushHost.Quick with { MaxAttempts = 2 }, log: new LogCatcher(log)))
        {
            var id = await SubmitAsync(host);
            var config = $$$"""
                {"url":"{{{receiver.Url("/hidden-path?key=hidden-key")}}}","token":"hidden-token","more":[1.0],
                "authentication":{"scheme":"Bearer","credentials":"hidden-credentials"}}
                """;
            var saved = await host.Tasks.SaveWebhookAsync(Me, id, Bytes(config), "w");
            await host.Tasks.UpdateAsync(Me, id, To(TaskState.Completed));
            await Eventually.TrueAsync(async () => (await WebhookAsync(host, id)).Failure is not null, "the failure");
            var listed = await WebhookAsync(host, id);
            foreach (var shown in (TaskWebhook[])[saved, listed])
            {
                Assert.DoesNotContain("hidden-credentials", shown.Config.ToString(), StringComparison.Ordinal);
                Assert.Contains("\"scheme\":\"Bearer\"", shown.Config.ToString(), StringComparison.Ordinal);
                Assert.Contains("hidden-token", shown.Config.ToString(), StringComparison.Ordinal);
                Assert.Contains("[1.0]", shown.Config.ToString(), StringComparison.Ordinal);
            }
        }

        Assert.Equal("Bearer hidden-credentials", receiver.All[0].Headers["Authorization"]);
        Assert.Contains(log, line => line.Contains("is given up", StringComparison.Ordinal));
        Assert.DoesNotContain(log, line => line.Contains("hidden", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_worker_sees_no_token()
    {
        await using var host = await PushHost.StartAsync();
        var id = (await host.Tasks.Submit(Me, agent: "a")).Task.Id;
        await host.Tasks.SaveWebhookAsync(Me, id, Bytes("""{"url":"https://example.com/","token":"t"}"""), "w");
        var claimed = (await host.Tasks.Claim(Me, "a"))!;
        Assert.Equal("t", Member((await WebhookAsync(host, id)).Config, "token"));
        Assert.Null(Member(Assert.Single(await host.Tasks.ListWebhooksAsync(Me, id, claimed.Lease!.Token)).Config, "token"));
    }
}
