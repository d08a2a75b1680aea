using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Tasks;

public sealed class BadInputInMemory(MemoryRegistry registry) : BadInputTests(registry), IClassFixture<MemoryRegistry>;

public sealed class BadInputOnPostgres(PostgresRegistry registry) : BadInputTests(registry.OrSkip()), IClassFixture<PostgresRegistry>;

/// <summary>What is refused, with the field that is to blame; nothing of it is stored.</summary>
public abstract class BadInputTests(TestRegistry registry)
{
    private readonly Caller me = TestRegistry.NewCaller();

    private ITaskRegistry Tasks => registry.Tasks;

    [Fact]
    public async Task Sizes_have_limits()
    {
        var id = (await Tasks.Submit(me)).Task.Id;
        var large = new string('x', 1024 * 1024);
        foreach (var (field, call) in ((string, Func<Task>)[])
            [
                ("message", () => Tasks.SubmitAsync(me, new TaskSubmission(Message("m", large)))),
                ("messages[0]", () => Tasks.UpdateAsync(me, id, Say("m", large))),
                ("artifacts[0]", () => Tasks.UpdateAsync(me, id, new TaskUpdate { Artifacts = [Artifact("a", large)] })),
                ("metadata", () => Tasks.UpdateAsync(me, id, new TaskUpdate { Metadata = Bytes($$"""{"x":"{{large}}"}""") })),
                ("feedback", () => Tasks.AddFeedbackAsync(me, id, Bytes($$"""{"x":"{{large}}"}"""))),
                ("config", () => Tasks.SaveWebhookAsync(me, id, Bytes($$"""{"url":"http://x","t":"{{large}}"}"""), "w")),
                ("update", () => Tasks.UpdateAsync(
                    me,
                    id,
                    new TaskUpdate { Messages = [.. Enumerable.Range(0, 17).Select(i => Message($"m{i}", large[..^200]))] })),
            ])
        {
            Assert.Equal(field, (await Refused(RegistryError.TooLarge, call)).Field);
        }

        var webhook = $$"""{"url":"http://x","t":"{{new string('x', TaskRules.MaxWebhookBytes - 25)}}"}""";
        Assert.Equal("config", (await Refused(RegistryError.TooLarge, () => Tasks.SaveWebhookAsync(me, id, Bytes(webhook + " "), "w"))).Field);
        Assert.Equal(
            TaskRules.MaxWebhookBytes,
            (await Tasks.SaveWebhookAsync(me, (await Tasks.Submit(me)).Task.Id, Bytes(webhook), "w")).Config.Length);
        await Tasks.UpdateAsync(me, id, new TaskUpdate { Metadata = Bytes($$"""{"x":"{{large[..600_000]}}"}""") });
        Assert.Equal("metadata", (await Refused(
            RegistryError.TooLarge,
            () => Tasks.UpdateAsync(me, id, new TaskUpdate { Metadata = Bytes($$"""{"y":"{{large[..600_000]}}"}""") }))).Field);
        Assert.Equal(2, (await Tasks.GetAsync(me, id))!.Changes);
    }

    [Fact]
    public async Task Members_and_items_of_a_call_have_limits()
    {
        var id = (await Tasks.Submit(me, "m0", contextId: $"c-{Guid.NewGuid():N}")).Task.Id;
        var context = $"d-{Guid.NewGuid():N}";
        ReadOnlyMemory<byte> Members(string prefix, int count) =>
            Bytes($"{{{string.Join(',', Enumerable.Range(0, count).Select(i => $"\"{prefix}{i}\":{i}"))}}}");
        ReadOnlyMemory<byte>[] Many(string prefix, int count) => [.. Enumerable.Range(0, count).Select(i => Message($"{prefix}{i}"))];
        ArtifactUpdate[] Artifacts(int count) => [.. Enumerable.Range(0, count).Select(i => Artifact($"a{i}", "x"))];

        await Tasks.UpdateAsync(
            me,
            id,
            new TaskUpdate { Metadata = Members("a", JsonInput.MaxMembers), Messages = [.. Many("m", 500), .. Many("m", 500)] });
        await registry.Contexts.UpdateAsync(me, context, Members("a", JsonInput.MaxMembers));
        await registry.Contexts.AppendAsync(me, context, [.. Many("m", 500), .. Many("m", 500)]);
        Assert.Equal(
            (500, 500),
            ((await Tasks.GetAsync(me, id))!.HistoryCount, (await registry.Contexts.GetAsync(me, context))!.Context.MessageCount));
        foreach (var (field, call) in ((string, Func<Task>)[])
            [
                ("metadata", () => Tasks.SubmitAsync(me, new TaskSubmission(Message("n")) { Metadata = Members("a", JsonInput.MaxMembers + 1) })),
                ("metadata", () => Tasks.SubmitAsync(me, new TaskSubmission(Message("n")) { TaskId = id, Metadata = Members("b", 1) })),
                ("metadata", () => Tasks.UpdateAsync(me, id, new TaskUpdate { Metadata = Members("b", JsonInput.MaxMembers) })),
                ("messages", () => Tasks.UpdateAsync(me, id, new TaskUpdate { Messages = Many("n", TaskRules.MaxItems + 1) })),
                ("messages", () => Tasks.UpdateAsync(me, id, new TaskUpdate { Messages = Many("n", 501), Artifacts = Artifacts(500) })),
                ("artifacts", () => Tasks.UpdateAsync(me, id, new TaskUpdate { Artifacts = Artifacts(TaskRules.MaxItems + 1) })),
                ("feedback", () => Tasks.AddFeedbackAsync(me, id, Members("a", JsonInput.MaxMembers + 1))),
                ("data", () => registry.Contexts.UpdateAsync(me, context, Members("b", 1))),
                ("messages", () => registry.Contexts.AppendAsync(me, context, Many("n", TaskRules.MaxItems + 1))),
            ])
        {
            Assert.Equal(field, (await Refused(RegistryError.TooLarge, call)).Field);
        }

        Assert.Equal(2, (await Tasks.GetAsync(me, id))!.Changes);
    }

    [Fact]
    public async Task What_would_be_too_large_to_load_is_refused_and_what_is_there_can_be_had_in_parts()
    {
        var id = (await Tasks.Submit(me, "m")).Task.Id;
        var large = new string('x', 900_000);
        for (var i = 0; i < 18; i++)
        {
            await Tasks.UpdateAsync(me, id, Say($"m{i}", large));
        }

        Assert.Equal("messages", (await Refused(RegistryError.TooLarge, () => Tasks.UpdateAsync(me, id, Say("m18", large)))).Field);
        Assert.True(await Tasks.GetAsync(me, id) is { History.Count: 19, HistoryTruncated: false });
        Assert.Equal(10, (await Tasks.GetAsync(me, id, new TaskView(10)))!.History.Count);
        var (token, ids) = ((string?)null, new List<string>());
        do
        {
            var page = await Tasks.ReadHistoryAsync(me, id, 1000, token);
            Assert.Equal(ids.Count, page.First);
            ids.AddRange(page.Items.Select(IdOf));
            token = page.NextPageToken;
        }
        while (token is not null);
        Assert.Equal(["m", .. Enumerable.Range(0, 18).Select(i => $"m{i}")], ids);
    }

    [Fact]
    public async Task Numbers_out_of_range_are_named()
    {
        var id = (await Tasks.Submit(me)).Task.Id;
        var second = TimeSpan.FromSeconds(1);
        foreach (var (field, call) in ((string, Func<Task>)[])
            [
                ("page_size", () => Tasks.ListAsync(me, new TaskQuery { PageSize = 0 })),
                ("page_size", () => Tasks.ListAsync(me, new TaskQuery { PageSize = 101 })),
                ("page_size", () => Tasks.ReadHistoryAsync(me, id, 1001)),
                ("page_size", () => Tasks.ListFeedbackAsync(me, id, 0)),
                ("page_size", () => Tasks.ReadArtifactsAsync(me, id, -1)),
                ("page_size", () => registry.Contexts.ListAsync(me, 101)),
                ("page_size", () => registry.Contexts.ReadMessagesAsync(me, "c", 1001)),
                ("page_token", () => Tasks.ListAsync(me, new TaskQuery { PageToken = "nonsense" })),
                ("page_token", () => Tasks.ReadHistoryAsync(me, id, 1, "AAAAAAAA")),
                ("page_token", () => registry.Contexts.ListAsync(me, 10, "!")),
                ("wait", () => Tasks.WaitAsync(me, id, 1, TimeSpan.FromSeconds(61))),
                ("wait", () => Tasks.ClaimAsync(me, "a", new TaskClaim("w") { Wait = -second })),
                ("lease", () => Tasks.ClaimAsync(me, "a", new TaskClaim("w") { Lease = TimeSpan.FromMilliseconds(999) })),
                ("lease", () => Tasks.RenewAsync(me, id, "t", TimeSpan.FromHours(2))),
                ("worker", () => Tasks.ClaimAsync(me, "a", new TaskClaim(" "))),
                ("agent_id", () => Tasks.ClaimAsync(me, "", new TaskClaim("w"))),
                ("task_id", () => Tasks.GetAsync(me, "a\u0000b")),
                ("context_id", () => Tasks.Submit(me, contextId: "..")),
                ("task_id", () => Tasks.Submit(me, taskId: new string('x', 257))),
                ("Idempotency-Key", () => Tasks.SubmitAsync(me, new TaskSubmission(Message("m")) { IdempotencyKey = "" })),
                ("update", () => Tasks.UpdateAsync(me, id, new TaskUpdate())),
                ("state", () => Tasks.UpdateAsync(me, id, To((TaskState)77))),
                ("messages", () => registry.Contexts.AppendAsync(me, "c", [])),
                ("metadata", () => Tasks.UpdateAsync(me, id, new TaskUpdate { Metadata = Bytes("[]") })),
                ("data", () => registry.Contexts.UpdateAsync(me, "c", Bytes("3"))),
            ])
        {
            Assert.Equal(field, (await Refused(RegistryError.Invalid, call)).Field);
        }

        Assert.Null(await registry.Contexts.GetAsync(me, "c"));
    }

    [Fact]
    public async Task A_page_token_belongs_to_its_query()
    {
        for (var i = 0; i < 3; i++)
        {
            await Tasks.Submit(me, contextId: "c");
        }

        var token = (await Tasks.ListAsync(me, new TaskQuery { PageSize = 1, ContextId = "c" })).NextPageToken;
        await Tasks.ListAsync(me, new TaskQuery { PageSize = 2, ContextId = "c", PageToken = token });
        await Refused(RegistryError.Invalid, () => Tasks.ListAsync(me, new TaskQuery { PageToken = token }));
        await Refused(
            RegistryError.Invalid,
            () => Tasks.ListAsync(me with { Subject = "bob" }, new TaskQuery { ContextId = "c", PageToken = token }));
    }

    [Fact]
    public async Task Documents_as_deep_as_is_allowed_come_back_as_they_were()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 60)) + "1.0" + string.Concat(Enumerable.Repeat("]", 60));
        var submission = new TaskSubmission(Message("m", more: $",\"metadata\":{{\"d\":{deep}}}")) { Metadata = Bytes($"{{\"d\":{deep}}}") };
        var id = (await Tasks.SubmitAsync(me, submission)).Task.Id;
        for (var i = 0; i < 20; i++)
        {
            await Tasks.UpdateAsync(me, id, new TaskUpdate {
                Artifacts = [new ArtifactUpdate(Bytes($"{{\"artifactId\":\"a\",\"parts\":[{{\"data\":{deep}}}]}}"), Append: true)],
                Metadata = Bytes("""{"e":1}""") });
        }

        await registry.RestartAsync();
        var loaded = (await Tasks.GetAsync(me, id))!;
        Assert.Contains(deep, loaded.History[0].ToString());
        Assert.Contains(deep, loaded.Metadata.ToString());
        Assert.Contains(deep, loaded.Artifacts[0].ToString());
        Assert.Contains(deep, (await Tasks.ListAsync(me)).Tasks[0].Metadata.ToString());
    }
}
