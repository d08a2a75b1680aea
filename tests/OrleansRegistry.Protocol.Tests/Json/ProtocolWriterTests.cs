using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OrleansRegistry.Protocol.Tests;

public class ProtocolWriterTests
{
    private static readonly DateTimeOffset Then = new(2026, 1, 31, 12, 0, 0, 5, TimeSpan.Zero);

    [Fact]
    public async Task A_task_has_the_members_of_A2A_and_none_of_the_registry_s_own()
    {
        var task = Make() with
        {
            Status = new TaskStatus(TaskState.InputRequired, Then, Raw("""{"messageId":"q","role":"agent","parts":[{"text":"?"}]}""")),
            History = [Raw("""{"messageId":"m","role":"ROLE_USER","parts":[{"text":"a"}]}""")],
            Artifacts = [Raw("""{"artifactId":"r","parts":[{"text":"x"}]}""")],
            Metadata = Raw("""{"n":null}"""),
            AgentId = "agent",
            Lease = new TaskLease("w", "secret", Then),
        };
        Assert.Equal(
            """
            {"id":"t","contextId":"c","status":{"state":"TASK_STATE_INPUT_REQUIRED","timestamp":"2026-01-31T12:00:00.005Z",
            "message":{"taskId":"t","contextId":"c","messageId":"q","role":"ROLE_AGENT","parts":[{"text":"?"}]}},
            "artifacts":[{"artifactId":"r","parts":[{"text":"x"}]}],
            "history":[{"taskId":"t","contextId":"c","messageId":"m","role":"ROLE_USER","parts":[{"text":"a"}]}],"metadata":{"n":null}}
            """.ReplaceLineEndings(""),
            await WriteAsync(writer => writer.WriteTaskAsync(task)));
    }

    [Fact]
    public async Task What_a_task_has_not_is_left_out() => Assert.Equal(
        """{"id":"t","contextId":"c","status":{"state":"TASK_STATE_WORKING","timestamp":"2026-01-31T12:00:00.005Z"}}""",
        await WriteAsync(writer => writer.WriteTaskAsync(Make())));

    [Fact]
    public async Task A_change_is_first_its_artifacts_and_then_its_status_and_the_last_of_them_has_the_event_id()
    {
        var change = new TaskEvent(
            "t",
            "c",
            7,
            Status: new TaskStatus(TaskState.Completed, Then),
            Artifacts: [new TaskArtifact(Raw("""{"artifactId":"a","parts":[{"text":"1"}]}"""), Append: true), new TaskArtifact(
                Raw("""{"artifactId":"b","parts":[{"text":"2"}]}"""), LastChunk: true)],
            Metadata: Raw("""{"k":1}"""));
        var items = StreamItem.Of(change);
        Assert.Equal([null, null, 7L], items.Select(item => item.EventId));
        Assert.Equal(
            """{"artifactUpdate":{"taskId":"t","contextId":"c","artifact":{"artifactId":"a","parts":[{"text":"1"}]},"append":true}}""",
            await WriteAsync(writer => writer.WriteAsync(items[0])));
        Assert.Equal(
            """{"artifactUpdate":{"taskId":"t","contextId":"c","artifact":{"artifactId":"b","parts":[{"text":"2"}]},"lastChunk":true}}""",
            await WriteAsync(writer => writer.WriteAsync(items[1])));
        Assert.Equal(
            """
            {"statusUpdate":{"taskId":"t","contextId":"c","status":{"state":"TASK_STATE_COMPLETED","timestamp":"2026-01-31T12:00:00.005Z"},
            "metadata":{"k":1}}}
            """.ReplaceLineEndings(""),
            await WriteAsync(writer => writer.WriteAsync(items[2])));
    }

    [Fact]
    public void A_change_of_neither_artifacts_nor_status_and_a_deletion_are_nothing()
    {
        Assert.Empty(StreamItem.Of(new TaskEvent("t", "c", 7, Messages: [Raw("{}")])));
        Assert.Empty(StreamItem.Of(new TaskEvent("t", "c", 8, Deleted: true)));
    }

    [Fact]
    public async Task A_direct_message_has_its_context_and_no_task()
    {
        var item = new StreamItem.OfMessage(Raw("""{"messageId":"m","role":"ROLE_AGENT","parts":[{"text":"a"}]}"""), "c");
        Assert.Equal(
            """{"message":{"contextId":"c","messageId":"m","role":"ROLE_AGENT","parts":[{"text":"a"}]}}""",
            await WriteAsync(writer => writer.WriteAsync(item)));
    }

    [Theory]
    [InlineData("""{"url":"http://u","token":"k","authentication":{"scheme":"Bearer","credentials":"secret"},"x":1,"id":null}""",
        """{"id":"w","taskId":"t","url":"http://u","token":"k","authentication":{"scheme":"Bearer"}}""")]
    [InlineData("""{"url":"http://u","authentication":{"schemes":["Basic"],"credentials":"secret"}}""",
        """{"id":"w","taskId":"t","url":"http://u","authentication":{"scheme":"Basic"}}""")]
    [InlineData("""{"url":"http://u","authentication":{"credentials":"secret"},"token":""}""", """{"id":"w","taskId":"t","url":"http://u"}""")]
    public async Task A_push_configuration_is_shown_without_its_credentials(string config, string shown) => Assert.Equal(
        shown, await WriteJsonAsync(json => PushConfigJson.Write(json, "t", new TaskWebhook("w", Raw(config)))));

    private static TaskRecord Make() => new()
    {
        Tenant = "default",
        Id = "t",
        ContextId = "c",
        Owner = "me",
        Status = new TaskStatus(TaskState.Working, Then),
        Generation = 5,
    };

    private static RawJson Raw(string json) => RawJson.FromValid(Encoding.UTF8.GetBytes(json));

    private static async Task<string> WriteAsync(Func<ProtocolWriter, ValueTask> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        await using (var json = new Utf8JsonWriter(bytes))
        {
            await write(new ProtocolWriter(json));
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private static Task<string> WriteJsonAsync(Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            write(json);
        }

        return Task.FromResult(Encoding.UTF8.GetString(bytes.WrittenSpan));
    }
}
