using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Tasks;

/// <summary>What a submission can say beside its message: a webhook of the same write, and whose the ids of messages are.</summary>
public sealed class SubmissionTests(MemoryRegistry registry) : IClassFixture<MemoryRegistry>
{
    private const string Hook = "https://client.example.com/hook";

    private readonly Caller me = TestRegistry.NewCaller();

    private ITaskRegistry Tasks => registry.Tasks;

    [Fact]
    public async Task A_webhook_without_an_id_is_one_however_often_its_message_comes()
    {
        var submission = new TaskSubmission(Message("m1")) { Webhook = Bytes($$"""{"url":"{{Hook}}"}""") };
        var made = await Tasks.SubmitAsync(me, submission);
        Assert.True((await Tasks.SubmitAsync(me, submission)).Repeated);
        var webhook = Assert.Single(await Tasks.ListWebhooksAsync(me, made.Task.Id));
        Assert.NotEmpty(webhook.Id);
        Assert.Equal(made.Task.Generation, webhook.Delivered);

        // Another message brings another.
        await Tasks.SubmitAsync(me, submission with { Message = Message("m2"), TaskId = made.Task.Id });
        Assert.Equal(2, (await Tasks.ListWebhooksAsync(me, made.Task.Id)).Count);
    }

    [Fact]
    public async Task A_webhook_takes_the_place_of_the_one_with_its_id_in_one_generation()
    {
        var made = (await Tasks.SubmitAsync(me, new TaskSubmission(Message("m1")) { Webhook = Bytes($$"""{"id":"w","url":"{{Hook}}/1"}""") })).Task;
        var next = (await Tasks.SubmitAsync(
            me, new TaskSubmission(Message("m2")) { TaskId = made.Id, Webhook = Bytes($$"""{"id":"w","url":"{{Hook}}/2"}""") })).Task;
        Assert.Equal(made.Generation + 1, next.Generation);
        Assert.Equal(Hook + "/2", Member(Assert.Single(await Tasks.ListWebhooksAsync(me, made.Id)).Config, "url"));
    }

    [Theory]
    [InlineData("""{"id":"w"}""", "config.url")]
    [InlineData("""{"url":"ftp://client.example.com"}""", "config.url")]
    [InlineData("""{"url":"https://client.example.com","authentication":7}""", "config.authentication")]
    [InlineData("""{"url":"https://client.example.com","id":7}""", "config.id")]
    [InlineData("[]", "config")]
    public async Task A_message_whose_webhook_is_refused_changes_nothing(string config, string field)
    {
        var refused = new TaskSubmission(Message("m2")) { Webhook = Bytes(config) };
        Assert.Equal(field, (await Refused(RegistryError.Invalid, () => Tasks.SubmitAsync(me, refused))).Field);
        Assert.Empty((await Tasks.ListAsync(me, new TaskQuery())).Tasks);
        var made = (await Tasks.Submit(me, "m1")).Task;
        await Refused(RegistryError.Invalid, () => Tasks.SubmitAsync(me, refused with { TaskId = made.Id }));
        Assert.Equal((made.Generation, 1), ((await Tasks.GetAsync(me, made.Id))!.Generation, (await Tasks.GetAsync(me, made.Id))!.HistoryCount));
    }

    [Fact]
    public async Task A_task_has_so_many_webhooks_also_by_its_messages()
    {
        var made = (await Tasks.Submit(me, "m0")).Task;
        for (var i = 0; i < TaskRules.MaxWebhooks; i++)
        {
            await Tasks.SaveWebhookAsync(me, made.Id, Bytes($$"""{"url":"{{Hook}}"}"""), $"w{i}");
        }

        var one = new TaskSubmission(Message("m1")) { TaskId = made.Id, Webhook = Bytes($$"""{"id":"more","url":"{{Hook}}"}""") };
        await Refused(RegistryError.TooLarge, () => Tasks.SubmitAsync(me, one));
        Assert.Equal(1, (await Tasks.GetAsync(me, made.Id))!.HistoryCount);
        await Tasks.SubmitAsync(me, one with { Webhook = Bytes($$"""{"id":"w0","url":"{{Hook}}"}""") });
        Assert.Equal(TaskRules.MaxWebhooks, (await Tasks.ListWebhooksAsync(me, made.Id)).Count);
    }

    [Fact]
    public async Task With_ids_per_agent_one_message_is_a_task_of_each_agent()
    {
        var first = await Tasks.SubmitAsync(me, ToAgent("a", "m1"));
        var second = await Tasks.SubmitAsync(me, ToAgent("b", "m1"));
        Assert.True(first.Created && second.Created);
        Assert.NotEqual(first.Task.Id, second.Task.Id);
        Assert.NotEqual(first.Task.ContextId, second.Task.ContextId);
        foreach (var (agent, made) in ((string, TaskSubmitted)[])[("a", first), ("b", second)])
        {
            var again = await Tasks.SubmitAsync(me, ToAgent(agent, "m1"));
            Assert.Equal((true, made.Task.Id), (again.Repeated, again.Task.Id));
            await Refused(RegistryError.IdReused, () => Tasks.SubmitAsync(me, ToAgent(agent, "m1", "another text")));
        }
    }

    [Fact]
    public async Task Without_them_the_message_of_another_agent_is_refused()
    {
        await Tasks.SubmitAsync(me, ToAgent("a", "m1") with { IdsPerAgent = false });
        var refusal = await Refused(RegistryError.IdReused, () => Tasks.SubmitAsync(me, ToAgent("b", "m1") with { IdsPerAgent = false }));
        Assert.Contains("agentId", refusal.Message, StringComparison.Ordinal);

        // What has no agent is in the caller's own space, whatever it asks for.
        var plain = await Tasks.Submit(me, "m2");
        var asked = await Tasks.SubmitAsync(me, new TaskSubmission(Message("m2")) { IdsPerAgent = true });
        Assert.Equal((true, plain.Task.Id), (asked.Repeated, asked.Task.Id));
    }

    [Fact]
    public async Task In_a_context_that_is_named_ids_are_per_agent_too()
    {
        var first = await Tasks.SubmitAsync(me, ToAgent("a", "m1") with { ContextId = "c" });
        var second = await Tasks.SubmitAsync(me, ToAgent("b", "m1") with { ContextId = "c" });
        Assert.True(first.Created && second.Created);
        Assert.Equal(("c", "c"), (first.Task.ContextId, second.Task.ContextId));
        Assert.True((await Tasks.SubmitAsync(me, ToAgent("b", "m1") with { ContextId = "c" })).Repeated);
    }

    [Fact]
    public async Task A_key_is_the_callers_whichever_agent_it_is_for()
    {
        var keyed = me with { IdempotencyKey = "k" };
        var made = await Tasks.SubmitAsync(keyed, ToAgent("a", "m1"));
        Assert.Equal(made.Task.Id, (await Tasks.SubmitAsync(keyed, ToAgent("a", "m1"))).Task.Id);
        await Refused(RegistryError.KeyReused, () => Tasks.SubmitAsync(keyed, ToAgent("b", "m1")));
    }

    private static TaskSubmission ToAgent(string agent, string messageId, string text = "hello") =>
        new(Message(messageId, text)) { AgentId = agent, IdsPerAgent = true };
}
