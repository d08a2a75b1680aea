using System.Text.Json;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Shared;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Push;

/// <summary>What is given up, and what is never sent (A2A 1.0, 13.2).</summary>
public sealed class PushRefusalTests : PushedTasks
{
    [Fact]
    public async Task After_so_many_failures_a_webhook_is_given_up_and_listed_until_it_is_saved_again()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = _ => Task.FromResult(500);
        await using var host = await PushHost.StartAsync(PushHost.Quick with { MaxAttempts = 3 });
        var id = await SubmitAsync(host);
        await SaveAsync(host, id, receiver.Url());
        var done = await host.Tasks.UpdateAsync(Me, id, To(TaskState.Completed));
        await Eventually.TrueAsync(async () => (await WebhookAsync(host, id)).Failure is not null, "the failure");
        var failure = (await WebhookAsync(host, id)).Failure!;
        Assert.Equal(("The receiver answered 500.", 3), (failure.Reason, failure.Attempts));
        Assert.Equal(3, receiver.All.Count);
        Assert.Equal(0, await host.CountDueAsync());
        Assert.Equal([id], (await host.Tasks.ListAsync(Me, new TaskQuery { HasFailedWebhook = true })).Tasks.Select(task => task.Id));

        // The task is over, and no other webhook can be saved.
        receiver.Answer = _ => Task.FromResult(200);
        await Refused(RegistryError.Terminal, () => SaveAsync(host, id, receiver.Url(), "other"));
        var again = await SaveAsync(host, id, receiver.Url());
        Assert.Null(again.Failure);
        await Eventually.TrueAsync(async () => (await WebhookAsync(host, id)).Delivered == done.Generation, "the delivery");
        Assert.Equal(done.Generation, Assert.Single(receiver.Taken).Generation);
        Assert.Empty((await host.Tasks.ListAsync(Me, new TaskQuery { HasFailedWebhook = true })).Tasks);
        await Refused(RegistryError.Terminal, () => SaveAsync(host, id, receiver.Url()));
        Assert.Equal(done.Generation, (await host.Tasks.GetAsync(Me, id))!.Generation);
    }

    [Fact]
    public async Task A_receiver_that_says_it_is_gone_is_not_asked_again()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = _ => Task.FromResult(410);
        await using var host = await PushHost.StartAsync();
        Assert.Equal(1, (await FailureAsync(host, receiver.Url())).Attempts);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = context =>
        {
            context.Response.Headers.Location = receiver.Url("/inside");
            return Task.FromResult(307);
        };
        await using var host = await PushHost.StartAsync(PushHost.Quick with { MaxAttempts = 2 });
        Assert.Contains("307", (await FailureAsync(host, receiver.Url())).Reason, StringComparison.Ordinal);
        Assert.All(receiver.All, one => Assert.Equal("/hook", one.Path));
    }

    [Fact]
    public async Task A_name_that_leads_to_this_machine_is_refused_once_it_is_resolved()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await PushHost.StartAsync(PushHost.Quick with { AllowedNetworks = [] });
        var failure = await FailureAsync(host, receiver.Url(host: "localhost"));
        Assert.Equal(("The URL leads to an address where notifications are not sent.", 1), (failure.Reason, failure.Attempts));
        Assert.Empty(receiver.All);
        var refusal = await Refused(RegistryError.Invalid, async () => await SaveAsync(host, await SubmitAsync(host), receiver.Url()));
        Assert.Equal("config.url", refusal.Field);
    }

    [Theory]
    [InlineData("""{"url":"http://u:p@example.com/"}""", "config.url")]
    [InlineData("""{"url":"file:///etc/passwd"}""", "config.url")]
    [InlineData("""{"url":"https://example.com/","token":"a\r\nX: y"}""", "config.token")]
    [InlineData("""{"url":"https://example.com/","token":7}""", "config.token")]
    [InlineData("""{"url":"https://example.com/","authentication":"Bearer x"}""", "config.authentication")]
    [InlineData("""{"url":"https://example.com/","authentication":{"credentials":"x"}}""", "config.authentication.scheme")]
    [InlineData("""{"url":"https://example.com/","authentication":{"scheme":"a b","credentials":"x"}}""", "config.authentication.scheme")]
    [InlineData("""{"url":"https://example.com/","authentication":{"scheme":"Bearer","credentials":"ü"}}""", "config.authentication.credentials")]
    public async Task What_could_not_be_sent_is_refused_when_it_is_saved(string config, string field)
    {
        await using var host = await PushHost.StartAsync();
        var id = await SubmitAsync(host);
        var refusal = await Refused(RegistryError.Invalid, () => host.Tasks.SaveWebhookAsync(Me, id, Bytes(config), "w"));
        Assert.Equal(field, refusal.Field);
    }

    [Theory]
    [InlineData("""{"scheme":"Basic","credentials":"user:pass"}""", "Basic dXNlcjpwYXNz")]
    [InlineData("""{"scheme":"basic","credentials":"dXNlcjpwYXNz"}""", "basic dXNlcjpwYXNz")]
    [InlineData("""{"schemes":["Bearer"],"credentials":"t"}""", "Bearer t")]
    [InlineData("""{"scheme":"","credentials":null}""", null)]
    public void Authentication_becomes_a_header(string authentication, string? header)
    {
        using var config = JsonDocument.Parse($$"""{"url":"https://example.com/","authentication":{{authentication}}}""");
        Assert.Equal(header, PushTarget.Read(config.RootElement).Authorization?.ToString());
    }

    private async Task<WebhookFailure> FailureAsync(RegistryHost host, string url)
    {
        var id = await SubmitAsync(host);
        await SaveAsync(host, id, url);
        await host.Tasks.UpdateAsync(Me, id, To(TaskState.Completed));
        await Eventually.TrueAsync(async () => (await WebhookAsync(host, id)).Failure is not null, "the failure");
        return (await WebhookAsync(host, id)).Failure!;
    }
}
