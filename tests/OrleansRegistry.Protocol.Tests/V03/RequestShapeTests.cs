using OrleansRegistry.Protocol.V03;

namespace OrleansRegistry.Protocol.Tests.V03;

public sealed class RequestShapeTests
{
    private static readonly Translation SendToV10 = RequestShape.SendToV10;
    private static readonly Translation SendToV03 = RequestShape.SendToV03;
    private static readonly Translation ConfigToV10 = PushConfigShape.ToV10;
    private static readonly Translation ConfigToV03 = PushConfigShape.ToV03;

    [Fact]
    public void Blocking_is_the_opposite_of_returning_immediately_and_the_push_configuration_has_another_name()
    {
        const string Legacy = """
            {"message":{"kind":"message","messageId":"m","role":"user","parts":[{"kind":"text","text":"hi"}]},
             "configuration":{"blocking":false,"historyLength":3,"acceptedOutputModes":["text/plain"],
                "pushNotificationConfig":{"url":"https://a/b","token":"k","authentication":{"schemes":["Bearer"],"credentials":"s"}}},"metadata":{"a":1}}
            """;
        const string Current = """
            {"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"hi"}]},
             "configuration":{"returnImmediately":true,"historyLength":3,"acceptedOutputModes":["text/plain"],
                "taskPushNotificationConfig":{"url":"https://a/b","token":"k","authentication":{"scheme":"Bearer","credentials":"s"},
                    "protocolVersion":"0.3"}},"metadata":{"a":1}}
            """;
        SendToV10.Becomes(Legacy, Current);
        SendToV03.Becomes(Current, Legacy);
    }

    [Fact]
    public void Without_blocking_a_send_waits() =>
        SendToV10.Becomes("""{"configuration":{"historyLength":1}}""", """{"configuration":{"historyLength":1}}""");

    [Theory]
    [InlineData("""{"configuration":{"blocking":"no"}}""", """{"configuration":{"returnImmediately":"no"}}""")]
    [InlineData("""{"configuration":7,"message":null}""", """{"configuration":7}""")]
    [InlineData("[]", "[]")]
    public void What_is_not_of_the_shape_is_left_for_the_rules_to_refuse(string parameters, string expected) =>
        SendToV10.Becomes(parameters, expected);

    [Theory]
    [InlineData("""{"id":"t","historyLength":2,"metadata":{}}""", """{"id":"t","historyLength":2,"metadata":{}}""")]
    [InlineData("""{"taskId":"t"}""", """{"id":"t"}""")]
    [InlineData("""{"task_id":"t","history_length":0}""", """{"id":"t","historyLength":0}""")]
    [InlineData("""{"id":"t","taskId":"other"}""", """{"id":"t"}""")]
    public void The_id_of_a_task_has_one_name(string parameters, string expected)
    {
        Translation toV10 = RequestShape.TaskToV10;
        toV10.Becomes(parameters, expected);
    }

    [Theory]
    [InlineData("""{"id":"t","pushNotificationConfigId":"c"}""", """{"taskId":"t","id":"c"}""")]
    [InlineData("""{"id":"t","push_notification_config_id":"c"}""", """{"taskId":"t","id":"c"}""")]
    [InlineData("""{"taskId":"t"}""", """{"taskId":"t"}""")]
    public void The_id_in_requests_about_push_configurations_is_the_tasks(string parameters, string expected)
    {
        Translation toV10 = RequestShape.PushConfigToV10;
        toV10.Becomes(parameters, expected);
    }

    [Fact]
    public void A_push_configuration_is_nested_in_0_3_and_flat_in_1_0()
    {
        const string Legacy = """
            {"taskId":"t","pushNotificationConfig":{"id":"c","url":"https://a/b","authentication":{"schemes":["Basic"]},"x":1}}
            """;
        const string Current = """{"taskId":"t","id":"c","url":"https://a/b","authentication":{"scheme":"Basic"},"x":1,"protocolVersion":"0.3"}""";
        ConfigToV10.Becomes(Legacy, Current);
        ConfigToV03.Becomes(Current, Legacy);
    }

    [Fact]
    public void Of_several_schemes_the_one_that_is_honoured_is_taken_and_the_others_come_back()
    {
        const string Legacy = """
            {"taskId":"t","pushNotificationConfig":{"url":"u","authentication":{"schemes":["Digest","bearer"],"credentials":"s"}}}
            """;
        const string Current = """
            {"taskId":"t","url":"u","authentication":{"scheme":"bearer","schemes":["Digest","bearer"],"credentials":"s"},"protocolVersion":"0.3"}
            """;
        ConfigToV10.Becomes(Legacy, Current);
        ConfigToV03.Becomes(Current, Legacy);
    }

    [Theory]
    [InlineData("""{"taskId":"t","pushNotificationConfig":"none"}""")]
    [InlineData("""{"taskId":"t","url":"u","authentication":7}""")]
    [InlineData("""{"taskId":"t","url":"u","protocolVersion":["1.0"]}""", """{"taskId":"t","url":"u"}""")]
    public void A_push_configuration_that_is_none_is_left_for_the_rules_to_refuse(string config, string? same = null) =>
        ConfigToV10.Becomes(config, (same ?? config)[..^1] + ",\"protocolVersion\":\"0.3\"}");

    [Theory]
    [InlineData("""{"protocolVersion":"0.3"}""", true)]
    [InlineData("""{"protocolVersion":"1.0"}""", false)]
    [InlineData("""{"protocolVersion":0.3}""", false)]
    [InlineData("{}", false)]
    public void Only_a_push_configuration_that_says_so_is_for_a_receiver_of_0_3(string config, bool isForV03) =>
        Assert.Equal(isForV03, PushConfigShape.IsForV03(System.Text.Json.JsonElement.Parse(config)));
}
