using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Tasks;

/// <summary>An activation that knows less than a reader has seen: another was made elsewhere while its process was frozen, and has written.</summary>
public sealed class OvertakenTests : IAsyncLifetime
{
    private readonly Caller me = TestRegistry.NewCaller();
    private readonly PostgresRegistry registry = new();
    private long made;
    private long elsewhere;

    public async ValueTask InitializeAsync()
    {
        registry.OrSkip();
        await registry.InitializeAsync();
        made = (await registry.Tasks.Submit(me, "m", taskId: "t")).Task.Generation;
        elsewhere = made + 1;
        var key = new RecordKey(me.Tenant, "t");
        var stored = await registry.Store.ReadAsync(TaskKind.Kind, key);
        var head = TaskKind.Read(stored!);
        var completed = head with { Generation = elsewhere, Status = head.Status with { State = TaskState.Completed } };
        await registry.Store.WriteAsync(TaskKind.Kind, key, stored!.Version, TaskKind.Write(completed));
    }

    public ValueTask DisposeAsync() => registry.DisposeAsync();

    [Fact]
    public async Task A_reader_does_not_go_back_behind_what_it_has_seen()
    {
        Assert.Equal(made, (await registry.Tasks.GetAsync(me, "t"))!.Generation);
        Assert.Equal(made, (await registry.Tasks.GetAsync(me, "t", new TaskView { SeenGeneration = made }))!.Generation);
        var seen = await registry.Tasks.GetAsync(me, "t", new TaskView { SeenGeneration = elsewhere });
        Assert.Equal((elsewhere, TaskState.Completed), (seen!.Generation, seen.Status.State));
    }

    [Fact]
    public async Task A_stream_of_a_task_whose_end_was_seen_is_over()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var watch = registry.Tasks.WatchAsync(me, "t", elsewhere, cancellationToken: cancellation).GetAsyncEnumerator(cancellation);
        Assert.False(await watch.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), cancellation));
    }
}
