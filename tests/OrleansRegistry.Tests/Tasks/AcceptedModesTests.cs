using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Tasks;

/// <summary>The media types that a task's submitter takes in answers (A2A 1.0, 3.2.2) go to whoever works on it.</summary>
public sealed class AcceptedModesTests(MemoryRegistry registry) : IClassFixture<MemoryRegistry>
{
    private readonly Caller me = TestRegistry.NewCaller();

    private ITaskRegistry Tasks => registry.Tasks;

    [Fact]
    public async Task They_are_kept_with_the_task_over_a_restart_and_handed_to_the_worker()
    {
        var made = (await SubmitAsync("m1", null, "text/plain", "image/*")).Task;
        Assert.Equal(["text/plain", "image/*"], made.AcceptedOutputModes);
        await registry.RestartAsync();
        Assert.Equal(["text/plain", "image/*"], (await Tasks.GetAsync(me, made.Id))!.AcceptedOutputModes);
        Assert.Equal(["text/plain", "image/*"], (await Tasks.Claim(me, "a"))!.AcceptedOutputModes);
    }

    [Fact]
    public async Task Those_of_the_newest_message_that_names_any_count()
    {
        var id = (await SubmitAsync("m1", null)).Task.Id;
        Assert.Empty((await Tasks.GetAsync(me, id))!.AcceptedOutputModes);
        Assert.Equal(["text/plain"], (await SubmitAsync("m2", id, "text/plain")).Task.AcceptedOutputModes);
        Assert.Equal(["text/plain"], (await SubmitAsync("m3", id)).Task.AcceptedOutputModes);
        await Tasks.UpdateAsync(me, id, To(TaskState.Working));
        Assert.Equal(["image/png"], (await SubmitAsync("m4", id, "image/png")).Task.AcceptedOutputModes);
        await Tasks.PutAsync(me, id, new TaskPut(TaskState.Completed));
        Assert.Equal(["image/png"], (await Tasks.GetAsync(me, id))!.AcceptedOutputModes);
    }

    [Fact]
    public async Task What_is_no_media_type_is_refused_and_makes_no_task()
    {
        foreach (var (mode, index) in ((string, int)[])[("", 0), ("text/plain\n", 1), ("größe/plain", 1), (new string('x', 257), 1)])
        {
            string[] modes = [.. Enumerable.Repeat("text/plain", index), mode];
            var refusal = await Refused(RegistryError.Invalid, () => SubmitAsync("bad", null, modes));
            Assert.Equal($"accepted_output_modes[{index}]", refusal.Field);
        }

        string[] many = [.. Enumerable.Range(0, 65).Select(i => $"text/{i}")];
        Assert.Equal("accepted_output_modes", (await Refused(RegistryError.Invalid, () => SubmitAsync("bad", null, many))).Field);
        Assert.True((await SubmitAsync("bad", null, many[1..])).Created);
    }

    [Fact]
    public async Task A_key_that_comes_again_with_others_is_refused()
    {
        var keyed = me with { IdempotencyKey = "k" };
        var submission = new TaskSubmission(Message("m1")) { AcceptedOutputModes = ["text/plain"] };
        await Tasks.SubmitAsync(keyed, submission);
        Assert.True((await Tasks.SubmitAsync(keyed, submission)).Repeated);
        await Refused(RegistryError.KeyReused, () => Tasks.SubmitAsync(keyed, submission with { AcceptedOutputModes = ["text/html"] }));
    }

    private Task<TaskSubmitted> SubmitAsync(string messageId, string? taskId, params string[] modes) => Tasks.SubmitAsync(
        me, new TaskSubmission(Message(messageId)) { TaskId = taskId, AgentId = "a", AcceptedOutputModes = modes });
}
