using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Push;

/// <summary>Tests of tasks with webhooks, of a caller of their own.</summary>
public abstract class PushedTasks
{
    private protected Caller Me { get; } = TestRegistry.NewCaller();

    private protected async Task<string> SubmitAsync(RegistryHost host) => (await host.Tasks.Submit(Me)).Task.Id;

    private protected Task<TaskWebhook> SaveAsync(RegistryHost host, string task, string url, string id = "w") =>
        host.Tasks.SaveWebhookAsync(Me, task, Bytes($$"""{"url":"{{url}}"}"""), id);

    private protected async Task<TaskWebhook> WebhookAsync(RegistryHost host, string task) =>
        Assert.Single(await host.Tasks.ListWebhooksAsync(Me, task));
}
