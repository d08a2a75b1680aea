using OrleansRegistry.Settings;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Tasks;

/// <summary>What one answer carries is bounded, under limits that are small enough to be met.</summary>
public sealed class AnswerSizeTests : IAsyncLifetime
{
    private const int Kilobyte = 1000;
    private const int Load = 64 * 1024;

    private readonly MemoryRegistry registry = new();
    private readonly Caller me = TestRegistry.NewCaller();
    private readonly CancellationToken stop = TestContext.Current.CancellationToken;
    private int maxLoad = Load;

    private ITaskRegistry Tasks => registry.Tasks;

    public async ValueTask InitializeAsync()
    {
        registry.Configure = options => (options.MaxMessageBytes, options.MaxLoadBytes) = (16 * 1024, maxLoad);
        await registry.InitializeAsync();
    }

    public ValueTask DisposeAsync() => registry.DisposeAsync();

    [Fact]
    public async Task The_oldest_messages_are_left_out_and_marked()
    {
        maxLoad = 1024 * 1024;
        await registry.RestartAsync();
        var id = (await Tasks.Submit(me, "m")).Task.Id;
        for (var i = 0; i < 12; i++)
        {
            await Tasks.UpdateAsync(me, id, Say($"m{i}", new string('x', 9 * Kilobyte)));
        }

        maxLoad = Load;
        await registry.RestartAsync();
        var task = (await Tasks.GetAsync(me, id))!;
        Assert.True(task is { HistoryTruncated: true, HistoryCount: 13 });
        Assert.Equal(["m5", "m6", "m7", "m8", "m9", "m10", "m11"], task.History.Select(IdOf));
        Assert.True(await Tasks.GetAsync(me, id, new TaskView(3)) is { HistoryTruncated: false, History.Count: 3 });
        Assert.Equal("messages", (await Refused(RegistryError.TooLarge, () => Tasks.UpdateAsync(me, id, Say("more")))).Field);
    }

    [Fact]
    public async Task A_page_of_tasks_ends_where_it_grows_large_and_the_next_goes_on()
    {
        for (var i = 0; i < 12; i++)
        {
            var id = (await Tasks.Submit(me, "m", $"t{i}")).Task.Id;
            await Tasks.UpdateAsync(
                me,
                id,
                Put("a", "x", i % 3 * 7 * Kilobyte) with { Metadata = Bytes($$"""{"m":"{{new string('x', 3 * Kilobyte)}}"}""") });
        }

        foreach (var (view, fewest) in ((TaskView, int)[])[(default, 2), (new TaskView
        {
            HeadOnly = true,
        }, 1), (new TaskView(1, Artifacts: false), 1)])
        {
            var (ids, pages, token) = (new List<string>(), 0, (string?)null);
            do
            {
                var page = await Tasks.ListAsync(me, new TaskQuery { View = view, PageToken = token, PageSize = 100, CountTotal = true });
                Assert.True(page.Tasks.Sum(task => task.ContentBytes) <= Load);
                Assert.Equal(12, page.Total);
                ids.AddRange(page.Tasks.Select(task => task.Id));
                (token, pages) = (page.NextPageToken, pages + 1);
            }
            while (token is not null);
            Assert.Equal(Enumerable.Range(0, 12).Select(i => $"t{i}").Order(), ids.Order());
            Assert.InRange(pages, fewest, 6);
        }
    }

    [Fact]
    public async Task A_page_of_contexts_ends_where_it_grows_large_and_the_next_goes_on()
    {
        for (var i = 0; i < 30; i++)
        {
            await registry.Contexts.UpdateAsync(me, $"c{i}", Bytes($$"""{"m":"{{new string('x', 9 * Kilobyte)}}"}"""));
        }

        var (ids, token) = (new List<string>(), (string?)null);
        do
        {
            var page = await registry.Contexts.ListAsync(me, 100, token);
            Assert.InRange(page.Contexts.Count, 1, 7);
            ids.AddRange(page.Contexts.Select(context => context.Context.Id));
            token = page.NextPageToken;
        }
        while (token is not null);
        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"c{i}").Order(), ids.Order());
    }

    [Fact]
    public async Task Readers_of_a_large_task_share_one_copy()
    {
        maxLoad = 1024 * 1024;
        await registry.RestartAsync();
        var id = (await Tasks.Submit(me, "m")).Task.Id;
        for (var i = 0; i < 20; i++)
        {
            await Tasks.UpdateAsync(me, id, Put($"a{i}", "x", 9 * Kilobyte));
        }

        var read = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Tasks.GetAsync(me, id)));
        Assert.All(read, task => Assert.Same(read[0]!.Artifacts, task!.Artifacts));
        await foreach (var first in Tasks.WatchAsync(me, id, cancellationToken: stop))
        {
            Assert.Same(read[0]!.Artifacts, first.Snapshot!.Artifacts);
            break;
        }

        await Tasks.UpdateAsync(me, id, Put("a0", "y", 10));
        Assert.NotSame(read[0]!.Artifacts, (await Tasks.GetAsync(me, id))!.Artifacts);
    }

    [Fact]
    public async Task Limits_that_contradict_one_another_stop_the_start()
    {
        var fault = await Assert.ThrowsAsync<SettingException>(
            () => RegistryHost.StartAsync(options => (options.MaxMessageBytes, options.MaxLoadBytes) = (Load + 1, Load)));
        Assert.Contains("REGISTRY_MAX_MESSAGE_BYTES", fault.Message);
        Assert.Contains("REGISTRY_MAX_LOAD_BYTES", fault.Message);
    }

    private static TaskUpdate Put(string artifact, string text, int size) => new() { Artifacts = [Artifact(artifact, text + new string('x', size))] };
}
