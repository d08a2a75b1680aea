using System.Text.Json;
using static OrleansRegistry.A2A.Tests.LegacyCalls;

namespace OrleansRegistry.A2A.Tests;

/// <summary>Push notification configurations over A2A 0.3.</summary>
public sealed class LegacyPushTests(A2AHost host)
{
    [Fact]
    public async Task Push_configurations_are_nested_and_their_list_is_an_array()
    {
        var agent = await host.RegisterAsync();
        var id = (await SubmitAsync(agent)).IdOf();
        const string Config = """{"id":"c","url":"https://example.com/hook","authentication":{"schemes":["Bearer"],"credentials":"s"}}""";
        var set = await OkAsync(CallAsync(
            agent, "tasks/pushNotificationConfig/set", $$"""{"taskId":"{{id}}","pushNotificationConfig":{{Config}}}"""));
        Assert.Equal(id, set.GetProperty("taskId").GetString());
        var config = set.GetProperty("pushNotificationConfig");
        Assert.Equal("https://example.com/hook", config.GetProperty("url").GetString());
        Assert.Equal("Bearer", config.GetProperty("authentication").GetProperty("schemes")[0].GetString());
        Assert.False(config.GetProperty("authentication").TryGetProperty("credentials", out _));

        var named = await OkAsync(CallAsync(agent, "tasks/pushNotificationConfig/get", $$"""{"id":"{{id}}","pushNotificationConfigId":"c"}"""));
        var only = await OkAsync(CallAsync(agent, "tasks/pushNotificationConfig/get", $$"""{"id":"{{id}}"}"""));
        var all = await OkAsync(CallAsync(agent, "tasks/pushNotificationConfig/list", $$"""{"id":"{{id}}"}"""));
        Assert.True(JsonElement.DeepEquals(named, only));
        Assert.True(JsonElement.DeepEquals(named, Assert.Single(all.EnumerateArray())));

        var deleted = await CallAsync(agent, "tasks/pushNotificationConfig/delete", $$"""{"id":"{{id}}","pushNotificationConfigId":"c"}""");
        Assert.Equal(JsonValueKind.Null, deleted.GetProperty("result").ValueKind);
        await RefusedAsync(-32001, CallAsync(agent, "tasks/pushNotificationConfig/get", $$"""{"id":"{{id}}"}"""));
    }

    /// <summary>The registry sends to it what 0.3 has for notifications; who saves it by 1.0 afterwards gets those of 1.0.</summary>
    [Fact]
    public async Task A_push_configuration_remembers_that_it_is_of_0_3()
    {
        var agent = await host.RegisterAsync();
        const string Config = """{"id":"c","url":"https://example.com/hook"}""";
        var inline = $$$"""{"message":{{{NewMessage()}}},"configuration":{"blocking":false,"pushNotificationConfig":{{{Config}}}}}""";
        var id = (await OkAsync(CallAsync(agent, "message/send", inline))).IdOf();
        Assert.Equal("""{"id":"c","url":"https://example.com/hook","protocolVersion":"0.3"}""", await StoredAsync());
        var current = await Bindings.Of("JSONRPC").CallAsync(
            agent, "CreateTaskPushNotificationConfig", $$"""{"taskId":"{{id}}","id":"c","url":"https://example.com/hook"}""");
        Assert.Null(current.Fault);
        Assert.DoesNotContain("protocolVersion", await StoredAsync(), StringComparison.Ordinal);
        var set = await OkAsync(CallAsync(
            agent, "tasks/pushNotificationConfig/set", $$"""{"taskId":"{{id}}","pushNotificationConfig":{{Config}}}"""));
        Assert.Equal(Config, set.GetProperty("pushNotificationConfig").GetRawText());
        Assert.Contains("\"protocolVersion\":\"0.3\"", await StoredAsync(), StringComparison.Ordinal);

        async Task<string> StoredAsync() =>
            Assert.Single(await host.Tasks.ListWebhooksAsync(Caller.Default, id, null, TestContext.Current.CancellationToken)).Config.ToString();
    }
}
