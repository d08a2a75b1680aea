using System.Globalization;
using System.Text.Json;

namespace OrleansRegistry.A2A.Tests;

/// <summary>ListTasks (A2A 1.0, 3.1.4).</summary>
public sealed class ListTasksTests(A2AHost host)
{
    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_1_4_lists_the_caller_s_tasks_of_the_agent_newest_status_first(string binding)
    {
        var agent = await host.RegisterAsync();
        var another = await host.RegisterAsync();
        var first = await agent.SubmitAsync();
        var second = await agent.SubmitAsync();
        await agent.SubmitAsync(caller: new Caller("default", "somebody"));
        await another.SubmitAsync();
        await Task.Delay(5, TestContext.Current.CancellationToken);
        await agent.Host.Tasks.CancelAsync(Caller.Default, first.Id, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal([first.Id, second.Id], IdsOf(await ListAsync(binding, agent, "{}")));
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_1_4_all_members_of_the_answer_are_always_there(string binding)
    {
        var agent = await host.RegisterAsync();
        var empty = await ListAsync(binding, agent, "{}");
        JsonAssert.Same("""{"tasks":[],"nextPageToken":"","pageSize":50,"totalSize":0}""", empty.GetRawText());
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_1_4_pages_go_by_a_cursor_and_count_all_that_match(string binding)
    {
        var agent = await host.RegisterAsync();
        var submitted = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            submitted.Add((await agent.SubmitAsync()).Id);
        }

        var seen = new List<string>();
        var token = "";
        do
        {
            var page = await ListAsync(binding, agent, $$"""{"pageSize":2,"pageToken":"{{token}}"}""");
            Assert.Equal((2, 5), (page.GetProperty("pageSize").GetInt32(), page.GetProperty("totalSize").GetInt32()));
            seen.AddRange(IdsOf(page));
            token = page.GetProperty("nextPageToken").GetString()!;
        }
        while (token.Length > 0);
        Assert.Equal(submitted.Order(), seen.Order());
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_1_4_a_task_that_changes_between_two_pages_is_on_one_of_them(string binding)
    {
        var agent = await host.RegisterAsync();
        var submitted = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            submitted.Add((await agent.SubmitAsync()).Id);
        }

        var first = await ListAsync(binding, agent, """{"pageSize":2}""");
        var changed = await agent.ClaimAsync();
        Assert.DoesNotContain(changed.Id, IdsOf(first));
        var rest = await ListAsync(binding, agent, $$"""{"pageSize":50,"pageToken":"{{first.GetProperty("nextPageToken").GetString()}}"}""");
        Assert.Equal(submitted.Order(), IdsOf(first).Concat(IdsOf(rest)).Order());
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_1_4_filters_by_context_and_status(string binding)
    {
        var agent = await host.RegisterAsync();
        var asked = await agent.SubmitAsync(TaskState.InputRequired);
        var waiting = await agent.SubmitAsync();
        Assert.Equal([asked.Id], IdsOf(await ListAsync(binding, agent, """{"status":"TASK_STATE_INPUT_REQUIRED"}""")));
        Assert.Equal([waiting.Id], IdsOf(await ListAsync(binding, agent, $$"""{"contextId":"{{waiting.ContextId}}"}""")));
        Assert.Equal(2, IdsOf(await ListAsync(binding, agent, """{"status":"TASK_STATE_UNSPECIFIED"}""")).Count());
        Assert.Empty(IdsOf(await ListAsync(binding, agent, """{"contextId":"none"}""")));
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_1_4_statusTimestampAfter_is_at_or_after(string binding)
    {
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync();
        var at = task.Status.Timestamp;
        Assert.Equal([task.Id], IdsOf(await ListAsync(binding, agent, Since(at))));
        Assert.Empty(IdsOf(await ListAsync(binding, agent, Since(at.AddMilliseconds(1)))));

        static string Since(DateTimeOffset time) =>
            $$"""{"statusTimestampAfter":"{{time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)}}"}""";
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_1_4_artifacts_and_history_come_where_they_are_asked_for(string binding)
    {
        var agent = await host.RegisterAsync();
        await agent.SubmitAsync();
        await agent.CompleteNextAsync();
        var plain = (await ListAsync(binding, agent, "{}")).GetProperty("tasks")[0];
        Assert.False(plain.TryGetProperty("artifacts", out _));
        Assert.False(plain.TryGetProperty("history", out _));
        var artifacts = (await ListAsync(binding, agent, """{"includeArtifacts":true}""")).GetProperty("tasks")[0];
        Assert.Equal(1, artifacts.GetProperty("artifacts").GetArrayLength());
        Assert.False(artifacts.TryGetProperty("history", out _));
        var history = (await ListAsync(binding, agent, """{"historyLength":1,"includeArtifacts":false}""")).GetProperty("tasks")[0];
        Assert.Equal(1, history.GetProperty("history").GetArrayLength());
        Assert.False(history.TryGetProperty("artifacts", out _));
    }

    [Theory]
    [MemberData(nameof(Bindings.With), """{"pageSize":0}|pageSize""", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.With), """{"pageSize":101}|pageSize""", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.With), """{"pageSize":-1}|pageSize""", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.JsonWith), """{"pageSize":"many"}|pageSize""", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.With), """{"pageToken":"made-up"}|pageToken""", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.With), """{"historyLength":-5}|historyLength""", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.JsonWith), """{"status":"TASK_STATE_RUNNING"}|status""", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.JsonWith), """{"status":"working"}|status""", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.JsonWith), """{"statusTimestampAfter":"yesterday"}|statusTimestampAfter""", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.JsonWith), """{"includeArtifacts":"yes"}|includeArtifacts""", MemberType = typeof(Bindings))]
    public async Task S3_1_4_a_parameter_out_of_range_is_refused_with_its_name(string binding, string request)
    {
        var agent = await host.RegisterAsync();
        var bar = request.LastIndexOf('|');
        var answer = await Bindings.Of(binding).CallAsync(agent, "ListTasks", request[..bar]);
        Assert.Equal(request[(bar + 1)..], answer.Refused(A2AError.InvalidParams).Field);
    }

    private static async Task<JsonElement> ListAsync(string binding, TestAgent agent, string parameters) =>
        (await Bindings.Of(binding).CallAsync(agent, "ListTasks", parameters)).Ok;

    private static IEnumerable<string> IdsOf(JsonElement page) => page.GetProperty("tasks").EnumerateArray().Select(task => task.IdOf());
}
