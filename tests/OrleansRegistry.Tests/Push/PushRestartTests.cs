using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Shared;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Push;

/// <summary>What is not delivered when a server ends is delivered by the next.</summary>
public sealed class PushRestartTests : IDisposable
{
    private readonly Caller me = TestRegistry.NewCaller();
    private readonly string folder = System.IO.Directory.CreateTempSubdirectory("registry-test-").FullName;

    [Fact]
    public async Task After_a_restart_delivery_goes_on_with_the_task_as_it_is()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = _ => Task.FromResult(500);
        string id;
        long done;
        await using (var host = await StartAsync())
        {
            id = (await host.Tasks.Submit(me)).Task.Id;
            await host.Tasks.SaveWebhookAsync(me, id, Bytes($$"""{"url":"{{receiver.Url()}}"}"""), "w");
            await host.Tasks.UpdateAsync(me, id, To(TaskState.Working));
            done = (await host.Tasks.UpdateAsync(me, id, To(TaskState.Completed))).Generation;
            await Eventually.TrueAsync(() => receiver.All.Count > 0, "an attempt");
        }

        receiver.Answer = _ => Task.FromResult(200);
        await using var again = await StartAsync();
        await Eventually.TrueAsync(
            async () => Assert.Single(await again.Tasks.ListWebhooksAsync(me, id)).Delivered == done, "the delivery after the restart");
        var only = Assert.Single(receiver.Taken);
        Assert.Equal(done, only.Generation);
        Assert.StartsWith("""{"task":{""", only.Body, StringComparison.Ordinal);
        Assert.Equal(0, await again.CountDueAsync());
    }

    [Fact]
    public async Task A_server_that_stops_tells_what_it_delivered_so_that_none_comes_twice()
    {
        await using var receiver = await Receiver.StartAsync();
        string id;
        await using (var host = await StartAsync())
        {
            id = (await host.Tasks.Submit(me)).Task.Id;
            await host.Tasks.SaveWebhookAsync(me, id, Bytes($$"""{"url":"{{receiver.Url()}}"}"""), "w");
            await host.Tasks.UpdateAsync(me, id, To(TaskState.Working));
            await Eventually.TrueAsync(() => receiver.All.Count == 1, "the notification");
        }

        await using var again = await StartAsync();
        Assert.Equal(0, await again.CountDueAsync());
        var done = await again.Tasks.UpdateAsync(me, id, To(TaskState.Completed));
        await Eventually.TrueAsync(() => receiver.All.Count == 2, "the end");
        Assert.Equal([done.Generation - 1, done.Generation], receiver.All.Select(one => one.Generation));
    }

    public void Dispose() => System.IO.Directory.Delete(folder, recursive: true);

    private Task<RegistryHost> StartAsync() => PushHost.StartAsync(configure: options =>
    {
        options.StorageType = StorageType.Sqlite;
        options.DataDirectory = folder;
    });
}
