using System.Text.Json;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Shared;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Push;

/// <summary>Receivers that speak A2A 0.3, where a notification is the task (A2A 0.3, 9.5).</summary>
public sealed class PushV03Tests : PushedTasks
{
    [Fact]
    public async Task A_receiver_of_0_3_gets_the_task_with_each_change_of_status_or_artifacts()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await PushHost.StartAsync();
        var id = await SubmitAsync(host);
        await SaveV03Async(host, id, receiver.Url());
        var working = await host.Tasks.UpdateAsync(Me, id, To(TaskState.Working));
        await Eventually.TrueAsync(() => receiver.All.Count == 1, "the first notification");
        await host.Tasks.UpdateAsync(Me, id, new TaskUpdate { Metadata = Bytes("""{"n":1}""") });
        await host.Tasks.UpdateAsync(Me, id, new TaskUpdate { Artifacts = [Artifact("a", "1"), Artifact("b", "2")] });
        await Eventually.TrueAsync(() => receiver.All.Count == 2, "the second");
        var done = await host.Tasks.UpdateAsync(Me, id, To(TaskState.Completed));
        await Eventually.TrueAsync(async () => (await WebhookAsync(host, id)).Delivered == done.Generation, "the task to know");

        var posted = receiver.All;
        Assert.Equal([working.Generation, done.Generation - 1, done.Generation], posted.Select(one => one.Generation));
        Assert.All(posted, one => Assert.Equal("application/json", one.Headers["Content-Type"]));
        Assert.Equal(["working", "working", "completed"], posted.Select(one => StateOf(one.Body)));
        using var last = JsonDocument.Parse(posted[^1].Body);
        var task = last.RootElement;
        Assert.Equal(("task", id), (task.GetProperty("kind").GetString(), task.GetProperty("id").GetString()));
        Assert.Equal(1, task.GetProperty("metadata").GetProperty("n").GetInt32());
        Assert.Equal("user", task.GetProperty("history")[0].GetProperty("role").GetString());
        Assert.Equal(["a", "b"], task.GetProperty("artifacts").EnumerateArray().Select(one => one.GetProperty("artifactId").GetString()));
        Assert.Equal("text", task.GetProperty("artifacts")[0].GetProperty("parts")[0].GetProperty("kind").GetString());
    }

    [Fact]
    public async Task What_happened_while_a_receiver_of_0_3_was_away_is_one_task()
    {
        await using var receiver = await Receiver.StartAsync();
        var isUp = false;
        receiver.Answer = _ => Task.FromResult(isUp ? 200 : 503);
        await using var host = await PushHost.StartAsync();
        var id = await SubmitAsync(host);
        await SaveV03Async(host, id, receiver.Url());
        await host.Tasks.UpdateAsync(Me, id, To(TaskState.Working));
        await Eventually.TrueAsync(() => receiver.All.Count > 0, "an attempt");
        await host.Tasks.UpdateAsync(Me, id, new TaskUpdate { Artifacts = [Artifact("a", "1")] });
        var done = await host.Tasks.UpdateAsync(Me, id, To(TaskState.Completed));
        isUp = true;
        await Eventually.TrueAsync(async () => (await WebhookAsync(host, id)).Delivered == done.Generation, "the task to know");

        // The one that was tried meanwhile may have been accepted as it was.
        Assert.InRange(receiver.Taken.Count, 1, 2);
        Assert.Equal((done.Generation, "completed"), (receiver.Taken[^1].Generation, StateOf(receiver.Taken[^1].Body)));
    }

    [Fact]
    public async Task A_webhook_that_is_saved_again_goes_by_its_new_version()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await PushHost.StartAsync();
        var id = await SubmitAsync(host);
        await SaveV03Async(host, id, receiver.Url());
        await host.Tasks.UpdateAsync(Me, id, To(TaskState.Working));
        await Eventually.TrueAsync(() => receiver.All.Count == 1, "a notification of 0.3");
        await SaveAsync(host, id, receiver.Url());
        await host.Tasks.UpdateAsync(Me, id, To(TaskState.InputRequired));
        await Eventually.TrueAsync(() => receiver.All.Count == 2, "one of 1.0");
        await SaveV03Async(host, id, receiver.Url());
        await host.Tasks.UpdateAsync(Me, id, To(TaskState.Completed));
        await Eventually.TrueAsync(() => receiver.All.Count == 3, "another of 0.3");
        Assert.Equal("working", StateOf(receiver.All[0].Body));
        Assert.StartsWith("""{"statusUpdate":""", receiver.All[1].Body, StringComparison.Ordinal);
        Assert.Equal("application/a2a+json", receiver.All[1].Headers["Content-Type"]);
        Assert.Equal("completed", StateOf(receiver.All[2].Body));
    }

    private Task<TaskWebhook> SaveV03Async(RegistryHost host, string task, string url) =>
        host.Tasks.SaveWebhookAsync(Me, task, Bytes($$"""{"url":"{{url}}","protocolVersion":"0.3"}"""), "w");

    private static string? StateOf(string body)
    {
        using var task = JsonDocument.Parse(body);
        return task.RootElement.GetProperty("status").GetProperty("state").GetString();
    }
}
