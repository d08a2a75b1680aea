using Microsoft.Extensions.Logging.Abstractions;
using OrleansRegistry.Model;
using OrleansRegistry.Storage.Files;
using static OrleansRegistry.Storage.Tests.Records;
using static OrleansRegistry.Storage.Tests.Tasks;

namespace OrleansRegistry.Storage.Tests.Files;

public sealed class FileTaskTests : TaskConformance
{
    private readonly TempFolder folder = new();

    protected override IRecordStore Create(ChangeLogLimits feed) =>
        new FileStore(new FileStoreOptions { Directory = folder["data"], Feed = feed }, NullLogger<FileStore>.Instance);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Tasks_outlive_compactions_and_restarts_with_versions_that_rise()
    {
        var versions = new Dictionary<RecordKind, long>();
        for (var i = 0; i < 50; i++)
        {
            var version = await Store.PutTaskAsync($"t{i}", Fields(at: i));
            version = await Store.PutTaskAsync($"t{i}", Fields(at: i + 100, TaskState.Working, agent: "g"), version);
            versions[RecordKind.Task] = i % 2 == 0 ? version : await Store.DeleteAsync(RecordKind.Task, Key($"t{i}"), version);
            versions[RecordKind.Page] = await Store.WriteAsync(RecordKind.Page, Key($"h/{i}"), 0, Body($"{i}"));
            versions[RecordKind.Context] = await Store.PutContextAsync($"c{i}", Conversation(i));
        }

        var expected = string.Join(' ', Enumerable.Range(0, 50).Where(i => i % 2 == 0).Reverse().Select(i => $"t{i}"));
        for (var round = 0; round < 2; round++)
        {
            await ((FileStore)Store).CompactAsync();
            Assert.Equal(expected, await Store.IdsAsync(new TaskFilter("acme") { AgentId = "g" }));
            await ReplaceAsync();
            Assert.Equal(expected, await Store.IdsAsync(new TaskFilter("acme") { AgentId = "g" }));
            Assert.Equal(50, (await Store.AllContextsAsync(new ContextFilter("acme"))).Count);
        }

        Assert.Equal(Body("7"), (await Store.ReadAsync(RecordKind.Page, Key("h/7")))!.Body);
        foreach (var (kind, version) in versions)
        {
            Assert.True(await Store.WriteAsync(kind, Key("new"), 0, Body("1")) > version);
        }
    }
}

public sealed class FileTaskFilterTests : DurableTaskFilterConformance
{
    private readonly TempFolder folder = new();

    protected override IRecordStore Create(ChangeLogLimits feed) =>
        new FileStore(new FileStoreOptions { Directory = folder["data"], Feed = feed }, NullLogger<FileStore>.Instance);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Dispose();
    }
}
