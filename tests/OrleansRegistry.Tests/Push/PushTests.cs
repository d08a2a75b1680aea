using System.Text.Json;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Shared;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Push;

/// <summary>What reaches the receivers of push notifications (A2A 1.0, 4.3.3).</summary>
public sealed class PushTests : PushedTasks
{
    [Fact]
    public async Task What_happens_is_posted_in_order_and_once_with_what_the_configuration_asks_for()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await PushHost.StartAsync();
        var id = await SubmitAsync(host);
        var config = $$$"""{"url":"{{{receiver.Url()}}}","token":"mine","authentication":{"scheme":"Bearer","credentials":"secret"}}""";
        var saved = await host.Tasks.SaveWebhookAsync(Me, id, Bytes(config), "w");
        await host.Tasks.UpdateAsync(Me, id, To(TaskState.Working));
        for (var i = 0; i < 10; i++)
        {
            await host.Tasks.UpdateAsync(Me, id, new TaskUpdate { Artifacts = [Artifact("a", $"{i}", append: i > 0), Artifact("b", $"{i}")] });
        }

        await host.Tasks.UpdateAsync(Me, id, new TaskUpdate { Metadata = Bytes("""{"n":1}""") });
        var done = await host.Tasks.UpdateAsync(Me, id, To(TaskState.Completed));
        await Eventually.TrueAsync(() => receiver.All.Count == 22, "22 notifications");
        await Eventually.TrueAsync(async () => (await WebhookAsync(host, id)).Delivered == done.Generation, "the task to know");
        Assert.Equal(0, await host.CountDueAsync());

        var posted = receiver.All;
        var first = saved.Delivered!.Value + 1;
        string[] names =
        [
            $"{first}.1", .. Enumerable.Range(1, 10).SelectMany(i => (string[])[$"{first + i}.1", $"{first + i}.2"]), $"{done.Generation}.1",
        ];
        Assert.Equal(names, posted.Select(one => one.Name));
        Assert.All(posted, one =>
        {
            Assert.Equal("application/a2a+json", one.Headers["Content-Type"]);
            Assert.Equal("Bearer secret", one.Headers["Authorization"]);
            Assert.Equal("mine", one.Headers["X-A2A-Notification-Token"]);
            Assert.DoesNotContain("Cookie", one.Headers.Keys);
        });
        using var working = JsonDocument.Parse(posted[0].Body);
        Assert.Equal(
            (id, "TASK_STATE_WORKING"),
            (working.RootElement.GetProperty("statusUpdate").GetProperty("taskId").GetString(), StateOf(working)));
        using var chunk = JsonDocument.Parse(posted[3].Body);
        Assert.True(chunk.RootElement.GetProperty("artifactUpdate").GetProperty("append").GetBoolean());
        using var last = JsonDocument.Parse(posted[^1].Body);
        Assert.Equal("TASK_STATE_COMPLETED", StateOf(last));
    }

    [Fact]
    public async Task Two_webhooks_of_a_task_each_get_all_and_a_new_one_what_comes_after_it()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await PushHost.StartAsync();
        var id = await SubmitAsync(host);
        await SaveAsync(host, id, receiver.Url("/first"), "1");
        await host.Tasks.UpdateAsync(Me, id, To(TaskState.Working));
        await SaveAsync(host, id, receiver.Url("/second"), "2");
        await host.Tasks.UpdateAsync(Me, id, To(TaskState.Completed));
        await Eventually.TrueAsync(() => receiver.All.Count == 3, "three notifications");
        Assert.Equal(2, receiver.All.Count(one => one.Path == "/first"));
        Assert.Contains("COMPLETED", Assert.Single(receiver.All, one => one.Path == "/second").Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_webhook_that_comes_with_a_message_gets_what_comes_after_it()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await PushHost.StartAsync();
        var submission = new TaskSubmission(Message("m1")) { Webhook = Bytes($$"""{"id":"w","url":"{{receiver.Url()}}"}""") };
        var submitted = (await host.Tasks.SubmitAsync(Me, submission)).Task;
        Assert.Equal(submitted.Generation, (await WebhookAsync(host, submitted.Id)).Delivered);
        var done = await host.Tasks.UpdateAsync(Me, submitted.Id, To(TaskState.Completed));
        await Eventually.TrueAsync(() => receiver.All.Count == 1, "the end");
        Assert.Equal(done.Generation, receiver.All[0].Generation);
    }

    [Fact]
    public async Task A_receiver_that_fails_and_comes_back_gets_all_in_order_and_none_twice()
    {
        await using var receiver = await Receiver.StartAsync();
        var answers = 0;
        receiver.Answer = _ => Task.FromResult(Interlocked.Increment(ref answers) % 3 == 0 ? 200 : 503);
        await using var host = await PushHost.StartAsync();
        var id = await SubmitAsync(host);
        await SaveAsync(host, id, receiver.Url());
        for (var i = 0; i < 10; i++)
        {
            await host.Tasks.UpdateAsync(Me, id, new TaskUpdate { Artifacts = [Artifact($"{i}", "x")] });
        }

        await host.Tasks.UpdateAsync(Me, id, To(TaskState.Completed));
        await Eventually.TrueAsync(() => receiver.Taken.Count == 11, "11 that were taken");
        Assert.Equal(33, receiver.All.Count);
        var taken = receiver.Taken.Select(one => one.Generation).ToList();
        Assert.Equal(Enumerable.Range(0, 11).Select(i => taken[0] + i), taken);
    }

    [Fact]
    public async Task A_receiver_that_is_down_gets_what_happened_meanwhile_once_it_is_up()
    {
        int port;
        await using (var before = await Receiver.StartAsync())
        {
            port = before.Port;
        }

        await using var host = await PushHost.StartAsync();
        var id = await SubmitAsync(host);
        await SaveAsync(host, id, $"http://127.0.0.1:{port}/");
        await host.Tasks.UpdateAsync(Me, id, To(TaskState.Working));
        var done = await host.Tasks.UpdateAsync(Me, id, To(TaskState.Completed));
        await using var receiver = await Receiver.StartAsync(port);
        await Eventually.TrueAsync(() => receiver.All.Count == 2, "both notifications");
        Assert.Equal([done.Generation - 1, done.Generation], receiver.All.Select(one => one.Generation));
    }

    [Fact]
    public async Task Where_single_events_are_no_longer_held_the_task_as_it_is_is_sent()
    {
        await using var receiver = await Receiver.StartAsync();
        var isUp = false;
        receiver.Answer = _ => Task.FromResult(isUp ? 200 : 500);
        await using var host = await PushHost.StartAsync(
            PushHost.Quick with { Backoff = TimeSpan.FromSeconds(12), MaxBackoff = TimeSpan.FromMinutes(1) });
        var id = await SubmitAsync(host);
        await SaveAsync(host, id, receiver.Url());
        await host.Tasks.UpdateAsync(Me, id, To(TaskState.Working));
        await Eventually.TrueAsync(() => receiver.All.Count == 1, "the first attempt");
        for (var i = 0; i < 300; i++)
        {
            await host.Tasks.UpdateAsync(Me, id, new TaskUpdate { Metadata = Bytes($$"""{"n":{{i}}}""") });
        }

        isUp = true;
        await SaveAsync(host, id, receiver.Url());
        await Eventually.TrueAsync(() => receiver.Taken.Count == 1, "the task");
        using var body = JsonDocument.Parse(receiver.Taken[0].Body);
        Assert.Equal(299, body.RootElement.GetProperty("task").GetProperty("metadata").GetProperty("n").GetInt32());
        var done = await host.Tasks.UpdateAsync(Me, id, To(TaskState.Completed));
        await Eventually.TrueAsync(() => receiver.Taken.Count == 2, "the end");
        Assert.Equal(done.Generation, receiver.Taken[1].Generation);
    }

    [Fact]
    public async Task A_webhook_that_is_deleted_gets_nothing_more()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = _ => Task.FromResult(500);
        await using var host = await PushHost.StartAsync();
        var id = await SubmitAsync(host);
        await SaveAsync(host, id, receiver.Url());
        await SaveAsync(host, id, receiver.Url("/other"), "other");
        await host.Tasks.UpdateAsync(Me, id, To(TaskState.Working));
        await Eventually.TrueAsync(() => receiver.All.Any(one => one.Path == "/hook"), "an attempt");
        await host.Tasks.DeleteWebhookAsync(Me, id, "w");

        // One may be on its way. The other webhook shows that time passes.
        var others = receiver.All.Count(one => one.Path == "/other");
        await Eventually.TrueAsync(() => receiver.All.Count(one => one.Path == "/other") > others + 2, "some attempts at the other");
        var count = receiver.All.Count(one => one.Path == "/hook");
        await Eventually.TrueAsync(() => receiver.All.Count(one => one.Path == "/other") > others + 10, "more attempts at the other");
        Assert.Equal(count, receiver.All.Count(one => one.Path == "/hook"));

        // Nor does one that is made again with its id get what was before it.
        receiver.Answer = _ => Task.FromResult(200);
        await SaveAsync(host, id, receiver.Url("/again"));
        var done = await host.Tasks.UpdateAsync(Me, id, To(TaskState.Completed));
        await Eventually.TrueAsync(() => receiver.Taken.Count(one => one.Path == "/again") == 1, "the end");
        Assert.Equal(done.Generation, receiver.Taken.Single(one => one.Path == "/again").Generation);
    }

    [Fact]
    public async Task A_task_that_is_deleted_is_told_no_more()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = _ => Task.FromResult(500);
        await using var host = await PushHost.StartAsync();
        var id = await SubmitAsync(host);
        await SaveAsync(host, id, receiver.Url());
        await host.Tasks.UpdateAsync(Me, id, To(TaskState.Working));
        await Eventually.TrueAsync(() => receiver.All.Count > 0, "an attempt");
        await host.Tasks.DeleteAsync(Me, id);
        Assert.Equal(0, await host.CountDueAsync());
        var node = (PushNode)host.Services.GetService(typeof(PushNode))!;
        await Eventually.TrueAsync(() => node.Busy == 0, "the dispatcher to end");
    }

    [Fact]
    public async Task A_receiver_that_is_slow_delays_no_other()
    {
        await using var slow = await Receiver.StartAsync();
        await using var fast = await Receiver.StartAsync();
        var release = new TaskCompletionSource<int>();
        slow.Answer = _ => release.Task;
        await using var host = await PushHost.StartAsync(PushHost.Quick with { MaxConcurrent = 16, Timeout = TimeSpan.FromSeconds(30) });
        for (var i = 0; i < 20; i++)
        {
            var stuck = await SubmitAsync(host);
            await SaveAsync(host, stuck, slow.Url());
            await host.Tasks.UpdateAsync(Me, stuck, To(TaskState.Completed));
        }

        var id = await SubmitAsync(host);
        await SaveAsync(host, id, slow.Url(), "slow");
        await SaveAsync(host, id, fast.Url(), "fast");
        await host.Tasks.UpdateAsync(Me, id, To(TaskState.Working));
        await host.Tasks.UpdateAsync(Me, id, To(TaskState.Completed));
        await Eventually.TrueAsync(() => fast.Taken.Count == 2, "both notifications of the fast one");
        Assert.Empty(slow.All);
        release.SetResult(200);
        await Eventually.TrueAsync(() => slow.Taken.Count == 22, "those of the slow one");
    }

    [Fact]
    public async Task Where_it_is_off_webhooks_are_stored_and_nothing_is_due()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await PushHost.StartAsync(new PushOptions { Enabled = false });
        var id = await SubmitAsync(host);
        await SaveAsync(host, id, receiver.Url());
        await host.Tasks.UpdateAsync(Me, id, To(TaskState.Completed));
        Assert.Equal(0, await host.CountDueAsync());
        Assert.Empty(receiver.All);
    }

    private static string? StateOf(JsonDocument update) =>
        update.RootElement.GetProperty("statusUpdate").GetProperty("status").GetProperty("state").GetString();
}
