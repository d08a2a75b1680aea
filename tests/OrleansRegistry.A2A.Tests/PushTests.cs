using System.Text.Json;

namespace OrleansRegistry.A2A.Tests;

/// <summary>Push notification configurations (A2A 1.0, 3.1.7 to 3.1.10, 4.3.1, 13.2).</summary>
public sealed class PushTests(A2AHost host)
{
    private const string Config = """
        {"id":"c1","url":"https://client.example.com/hook","token":"t-1","authentication":{"scheme":"Bearer","credentials":"very-secret"}}
        """;

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_1_7_a_configuration_is_stored_and_answered_without_its_credentials(string binding)
    {
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync();
        var created = await CreateAsync(binding, agent, task.Id, Config);
        Assert.Equal(
            $$$"""{"id":"c1","taskId":"{{{task.Id}}}","url":"https://client.example.com/hook","token":"t-1","authentication":{"scheme":"Bearer"}}""",
            created.Ok.GetRawText());
        var stored = Assert.Single(await host.Tasks.ListWebhooksAsync(Caller.Default, task.Id, null, TestContext.Current.CancellationToken));
        Assert.Contains("t-1", stored.Config.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("very-secret", stored.Config.ToString(), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_1_7_a_configuration_without_an_id_gets_one(string binding)
    {
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync();
        var created = (await CreateAsync(binding, agent, task.Id, """{"url":"https://client.example.com/hook"}""")).Ok;
        Assert.NotEmpty(created.IdOf());
        Assert.Equal(created.GetRawText(), (await GetAsync(binding, agent, task.Id, created.IdOf())).Ok.GetRawText());
    }

    [Theory]
    [MemberData(nameof(Bindings.With), """{"id":"c"}|url""", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.With), """{"url":"client"}|url""", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.With), """{"url":"ftp://client"}|url""", MemberType = typeof(Bindings))]
    [MemberData(
        nameof(Bindings.With), """{"url":"https://client","authentication":{"credentials":"x"}}|authentication.scheme""",
        MemberType = typeof(Bindings))]
    public async Task S5_7_a_configuration_without_what_is_required_is_refused_with_its_field(string binding, string config)
    {
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync();
        var bar = config.LastIndexOf('|');
        Assert.Equal(
            config[(bar + 1)..], (await CreateAsync(binding, agent, task.Id, config[..bar])).Refused(A2AError.InvalidParams).Field);
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_1_8_a_configuration_that_is_not_there_is_not_found(string binding)
    {
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync();
        (await GetAsync(binding, agent, task.Id, "none")).Refused(A2AError.TaskNotFound);
        (await GetAsync(binding, agent, "none", "none")).Refused(A2AError.TaskNotFound);
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_1_9_lists_all_configurations_of_a_task_and_in_pages_where_asked(string binding)
    {
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync();
        foreach (var id in (string[])["b", "a", "c"])
        {
            await CreateAsync(binding, agent, task.Id, $$"""{"id":"{{id}}","url":"https://client.example.com/{{id}}"}""");
        }

        var all = await ListAsync("");
        Assert.Equal(["a", "b", "c"], IdsOf(all));
        Assert.Equal("", all.GetProperty("nextPageToken").GetString());
        var first = await ListAsync(",\"pageSize\":2");
        Assert.Equal(["a", "b"], IdsOf(first));
        var rest = await ListAsync($$""","pageSize":2,"pageToken":"{{first.GetProperty("nextPageToken").GetString()}}" """);
        Assert.Equal(["c"], IdsOf(rest));
        Assert.Equal("", rest.GetProperty("nextPageToken").GetString());

        async Task<JsonElement> ListAsync(string more) => (await Bindings.Of(binding).CallAsync(
            agent, "ListTaskPushNotificationConfigs", $$"""{"taskId":"{{task.Id}}"{{more}}}""")).Ok;

        static string[] IdsOf(JsonElement page) => [.. page.GetProperty("configs").EnumerateArray().Select(config => config.IdOf())];
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_1_10_a_configuration_is_deleted_and_can_be_deleted_again(string binding)
    {
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync();
        await CreateAsync(binding, agent, task.Id, Config);
        Assert.Equal("{}", (await DeleteAsync(binding, agent, task.Id, "c1")).Ok.GetRawText());
        Assert.Equal("{}", (await DeleteAsync(binding, agent, task.Id, "c1")).Ok.GetRawText());
        (await GetAsync(binding, agent, task.Id, "c1")).Refused(A2AError.TaskNotFound);
        (await DeleteAsync(binding, agent, "none", "c1")).Refused(A2AError.TaskNotFound);
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S13_1_configurations_of_another_caller_s_task_are_not_found(string binding)
    {
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync(caller: new Caller("default", "other"));
        (await CreateAsync(binding, agent, task.Id, Config)).Refused(A2AError.TaskNotFound);
        (await GetAsync(binding, agent, task.Id, "c1")).Refused(A2AError.TaskNotFound);
        (await DeleteAsync(binding, agent, task.Id, "c1")).Refused(A2AError.TaskNotFound);
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_2_2_a_configuration_can_come_with_the_message(string binding)
    {
        var agent = await host.RegisterAsync();
        var message = TestAgent.Message();
        var parameters = $$$$"""
            {"message":{{{{message}}}},"configuration":{"returnImmediately":true,"taskPushNotificationConfig":{"url":"https://client.example.com/"}}}
            """;
        var first = (await Bindings.Of(binding).CallAsync(agent, "SendMessage", parameters)).Ok.GetProperty("task").IdOf();
        await Bindings.Of(binding).CallAsync(agent, "SendMessage", parameters);
        Assert.Single(await host.Tasks.ListWebhooksAsync(Caller.Default, first, null, TestContext.Current.CancellationToken));
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_2_2_a_message_whose_configuration_is_wrong_makes_no_task(string binding)
    {
        var agent = await host.RegisterAsync();
        var parameters = $$$$"""{"message":{{{{TestAgent.Message()}}}},"configuration":{"taskPushNotificationConfig":{"url":"nowhere"}}}""";
        var fault = (await Bindings.Of(binding).CallAsync(agent, "SendMessage", parameters)).Refused(A2AError.InvalidParams);
        Assert.Equal("configuration.taskPushNotificationConfig.url", fault.Field);
        Assert.Equal(0, (await Bindings.Of(binding).CallAsync(agent, "ListTasks", "{}")).Ok.GetProperty("totalSize").GetInt32());
    }

    private static Task<Answer> CreateAsync(string binding, TestAgent agent, string taskId, string config) => Bindings.Of(binding).CallAsync(
        agent, "CreateTaskPushNotificationConfig", $$"""{"taskId":"{{taskId}}",{{config.Trim()[1..]}}""");

    private static Task<Answer> GetAsync(string binding, TestAgent agent, string taskId, string id) => Bindings.Of(binding).CallAsync(
        agent, "GetTaskPushNotificationConfig", $$"""{"taskId":"{{taskId}}","id":"{{id}}"}""");

    private static Task<Answer> DeleteAsync(string binding, TestAgent agent, string taskId, string id) => Bindings.Of(binding).CallAsync(
        agent, "DeleteTaskPushNotificationConfig", $$"""{"taskId":"{{taskId}}","id":"{{id}}"}""");
}
