using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Push;
using OrleansRegistry.Tests.Shared;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Databases;

/// <summary>Push notifications where records are in PostgreSQL, written by the registry or through the stock ADO.NET provider.</summary>
public sealed class PushOnDatabasesTests
{
    private readonly Caller me = TestRegistry.NewCaller();

    [Theory]
    [InlineData(StorageType.Postgres)]
    [InlineData(StorageType.AdoNet)]
    public async Task What_a_server_leaves_the_next_delivers(StorageType type)
    {
        await using var database = type == StorageType.AdoNet ? await TestDatabase.CreateAdoNetAsync() : await TestDatabase.CreateAsync();
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = _ => Task.FromResult(500);
        string id;
        long done;
        await using (var host = await StartAsync(database, type))
        {
            id = (await host.Tasks.Submit(me)).Task.Id;
            await host.Tasks.SaveWebhookAsync(me, id, Bytes($$"""{"url":"{{receiver.Url()}}"}"""), "w");
            done = (await host.Tasks.UpdateAsync(me, id, To(TaskState.Completed))).Generation;
            Assert.Equal(1, await host.CountDueAsync());
            await Eventually.TrueAsync(() => receiver.All.Count > 0, "an attempt");
        }

        receiver.Answer = _ => Task.FromResult(200);
        await using var again = await StartAsync(database, type);
        await Eventually.TrueAsync(
            async () => Assert.Single(await again.Tasks.ListWebhooksAsync(me, id)).Delivered == done, "the delivery after the restart");
        Assert.Equal(done, Assert.Single(receiver.Taken).Generation);
        Assert.Equal(0, await again.CountDueAsync());
    }

    private static Task<RegistryHost> StartAsync(TestDatabase database, StorageType type) => PushHost.StartAsync(configure: options =>
    {
        options.StorageType = type;
        options.Postgres = database.Options();
    });
}
