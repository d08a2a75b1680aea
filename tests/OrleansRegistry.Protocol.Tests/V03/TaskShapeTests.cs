using System.Text.Json;
using OrleansRegistry.Protocol.V03;

namespace OrleansRegistry.Protocol.Tests.V03;

public sealed class TaskShapeTests
{
    private static readonly Translation EventToV03 = EventShape.ToV03;
    private static readonly Translation EventToV10 = EventShape.ToV10;

    [Fact]
    public void A_task_of_1_0_gets_its_kind_in_all_that_it_holds()
    {
        Translation toV03 = TaskShape.ToV03;
        toV03.Becomes(
            """
            {"id":"t","contextId":"c","status":{"state":"TASK_STATE_INPUT_REQUIRED","timestamp":"2026-01-31T12:00:00.000Z",
             "message":{"messageId":"q","role":"ROLE_AGENT","parts":[{"text":"which?"}]}},
             "history":[{"messageId":"m","role":"ROLE_USER","parts":[{"text":"hi"}]}],
             "artifacts":[{"artifactId":"a","parts":[{"raw":"aGk="}]}],"metadata":{"kind":"mine"}}
            """,
            """
            {"kind":"task","id":"t","contextId":"c","status":{"state":"input-required","timestamp":"2026-01-31T12:00:00.000Z",
             "message":{"kind":"message","messageId":"q","role":"agent","parts":[{"kind":"text","text":"which?"}]}},
             "history":[{"kind":"message","messageId":"m","role":"user","parts":[{"kind":"text","text":"hi"}]}],
             "artifacts":[{"artifactId":"a","parts":[{"kind":"file","file":{"bytes":"aGk="}}]}],"metadata":{"kind":"mine"}}
            """);
    }

    [Theory]
    [InlineData("submitted", "TASK_STATE_SUBMITTED")]
    [InlineData("working", "TASK_STATE_WORKING")]
    [InlineData("input-required", "TASK_STATE_INPUT_REQUIRED")]
    [InlineData("auth-required", "TASK_STATE_AUTH_REQUIRED")]
    [InlineData("completed", "TASK_STATE_COMPLETED")]
    [InlineData("failed", "TASK_STATE_FAILED")]
    [InlineData("canceled", "TASK_STATE_CANCELED")]
    [InlineData("rejected", "TASK_STATE_REJECTED")]
    [InlineData("unknown", "TASK_STATE_UNSPECIFIED")]
    [InlineData("payment-required", "payment-required")]
    public void States_are_spelt_as_each_version_does(string legacy, string current)
    {
        Translation toV10 = TaskShape.StatusToV10;
        Translation toV03 = TaskShape.StatusToV03;
        toV10.Becomes($$$"""{"state":"{{{legacy}}}"}""", $$$"""{"state":"{{{current}}}"}""");
        toV03.Becomes($$$"""{"state":"{{{current}}}"}""", $$$"""{"state":"{{{legacy}}}"}""");
    }

    [Theory]
    [InlineData("2026-01-31T13:00:00.5+01:00", "2026-01-31T12:00:00.500Z")]
    [InlineData("2026-01-31T12:00:00", "2026-01-31T12:00:00.000Z")]
    [InlineData("2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z")]
    [InlineData("soon", "soon")]
    public void Times_of_0_3_become_UTC(string time, string expected)
    {
        Translation toV10 = TaskShape.StatusToV10;
        toV10.Becomes($$$"""{"timestamp":"{{{time}}}"}""", $$$"""{"timestamp":"{{{expected}}}"}""");
    }

    [Theory]
    [InlineData("TASK_STATE_WORKING", "working", false)]
    [InlineData("TASK_STATE_INPUT_REQUIRED", "input-required", true)]
    [InlineData("TASK_STATE_AUTH_REQUIRED", "auth-required", false)]
    [InlineData("TASK_STATE_COMPLETED", "completed", true)]
    [InlineData("TASK_STATE_REJECTED", "rejected", true)]
    public void A_status_update_says_whether_the_stream_ends_with_it(string state, string legacy, bool isFinal)
    {
        var current = $$$"""{"statusUpdate":{"taskId":"t","contextId":"c","status":{"state":"{{{state}}}"},"metadata":{"a":1} } }""";
        var old = $$$"""
            {"kind":"status-update","taskId":"t","contextId":"c","status":{"state":"{{{legacy}}}"},
             "final":{{{(isFinal ? "true" : "false")}}},"metadata":{"a":1}}
            """;
        EventToV03.Becomes(current, old);
        EventToV10.Becomes(old, current);
        Assert.Equal(isFinal, EventShape.IsFinal(TaskStates.TryParse(state)!.Value));
    }

    [Fact]
    public void Artifact_updates_tasks_and_messages_are_told_apart_by_kind()
    {
        const string Part = """{"text":"a"}""";
        const string OldPart = """{"kind":"text","text":"a"}""";
        (string Current, string Old)[] events =
        [
            ($$$"""{"artifactUpdate":{"taskId":"t","artifact":{"artifactId":"a","parts":[{{{Part}}}]},"append":true,"lastChunk":false}}""",
                $$$"""
                {"kind":"artifact-update","taskId":"t","artifact":{"artifactId":"a","parts":[{{{OldPart}}}]},"append":true,"lastChunk":false}
                """),
            ("""{"task":{"id":"t","contextId":"c","status":{"state":"TASK_STATE_WORKING"}}}""",
                """{"kind":"task","id":"t","contextId":"c","status":{"state":"working"}}"""),
            ($$$"""{"message":{"messageId":"m","role":"ROLE_AGENT","parts":[{{{Part}}}]}}""",
                $$$"""{"kind":"message","messageId":"m","role":"agent","parts":[{{{OldPart}}}]}"""),
        ];
        foreach (var (current, old) in events)
        {
            EventToV03.Becomes(current, old);
            EventToV10.Becomes(old, current);
        }
    }

    [Theory]
    [InlineData("""{"id":"t","status":{"state":"working"}}""", "task")]
    [InlineData("""{"id":"t","taskId":"t","status":{"state":"working"}}""", "task")]
    [InlineData("""{"taskId":"t","status":{"state":"working"}}""", "statusUpdate")]
    [InlineData("""{"taskId":"t","artifact":{}}""", "artifactUpdate")]
    [InlineData("""{"role":"agent","parts":[]}""", "message")]
    public void Events_of_agents_that_leave_out_kind_are_known_by_their_members(string result, string name)
    {
        using var document = JsonDocument.Parse(EventToV10.Write(result));
        Assert.Equal(name, Assert.Single(document.RootElement.EnumerateObject()).Name);
    }

    [Theory]
    [InlineData("""{"kind":"surprise"}""")]
    [InlineData("""{}""")]
    [InlineData("null")]
    [InlineData("[1]")]
    public void What_is_no_event_is_left_as_it_is(string result)
    {
        EventToV10.Becomes(result, result);
        EventToV03.Becomes(result, result);
    }
}
