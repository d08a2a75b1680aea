using System.Diagnostics;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Tasks;

/// <summary>The trace of who submitted a task goes to whoever works on it.</summary>
public sealed class TraceTests(MemoryRegistry registry) : IClassFixture<MemoryRegistry>
{
    private readonly Caller me = TestRegistry.NewCaller();

    private ITaskRegistry Tasks => registry.Tasks;

    [Fact]
    public async Task It_is_kept_with_the_task_over_a_restart_and_handed_to_the_worker()
    {
        string id;
        string? trace;
        using (var request = Request())
        {
            trace = request.Id;
            id = (await Tasks.Submit(me, "m1", agent: "a")).Task.Id;
        }

        await registry.RestartAsync();
        Assert.Equal(trace, (await Tasks.GetAsync(me, id))!.TraceParent);
        Assert.Equal(trace, (await Tasks.Claim(me, "a"))!.TraceParent);
    }

    [Fact]
    public async Task The_newest_submission_that_has_one_counts()
    {
        var id = (await Tasks.Submit(me, "m1")).Task.Id;
        Assert.Null((await Tasks.GetAsync(me, id))!.TraceParent);
        using (var request = Request())
        {
            await Tasks.Submit(me, "m2", id);
            Assert.Equal(request.Id, (await Tasks.GetAsync(me, id))!.TraceParent);
        }

        using var other = Request();
        await Tasks.UpdateAsync(me, id, Say("m3"));
        Assert.NotEqual(other.Id, (await Tasks.GetAsync(me, id))!.TraceParent);
        await Tasks.Submit(me, "m4", id);
        Assert.Equal(other.Id, (await Tasks.GetAsync(me, id))!.TraceParent);
        Activity.Current = null;
        await Tasks.Submit(me, "m5", id);
        Assert.Equal(other.Id, (await Tasks.GetAsync(me, id))!.TraceParent);
    }

    [Fact]
    public async Task A_whole_task_keeps_that_of_who_put_it_first()
    {
        using var request = Request();
        await Tasks.PutAsync(me, "t", new TaskPut(TaskState.Submitted) { Messages = [Message("m1")] });
        Assert.Equal(request.Id, (await Tasks.GetAsync(me, "t"))!.TraceParent);
    }

    [Fact]
    public async Task The_same_message_with_another_trace_is_the_same_message()
    {
        using (Request())
        {
            await Tasks.Submit(me, "m1", "t");
        }

        using var again = Request();
        Assert.True((await Tasks.Submit(me, "m1", "t")).Repeated);
    }

    [Fact]
    public async Task A_request_that_nobody_follows_leaves_none()
    {
        // As ASP.NET makes one for each request, for its log.
        using var request = new Activity("request").Start();
        var id = (await Tasks.Submit(me, "m1")).Task.Id;
        Assert.Null((await Tasks.GetAsync(me, id))!.TraceParent);
    }

    /// <summary>One that came with a trace.</summary>
    private static Activity Request() =>
        new Activity("request").SetParentId(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded).Start();
}
