using System.Text;
using System.Text.Json;

namespace OrleansRegistry.Protocol.Tests;

public class DocumentShapeTests
{
    private const string Ids = """
        "messageId":"m","taskId":"t","contextId":"c"
        """;

    [Theory]
    [InlineData("""{"messageId":"m","taskId":"t","contextId":"c","role":"ROLE_USER","parts":[{"text":"a"}]}""")]
    [InlineData("""{ "role" : "ROLE_AGENT", "x": 1e3, "parts":[ {"data":null} ], "contextId":"c", "taskId":"t", "messageId":"m" }""")]
    [InlineData("""{"messageId":"m","taskId":"t","contextId":"c","role":"ROLE_USER","parts":[{"raw":"","mediaType":"a/b"}],"metadata":{"a":null}}""")]
    public void A_message_that_is_1_0_keeps_its_bytes(string message) => Assert.Equal(message, Message(message));

    [Theory]
    [InlineData("""{"role":"ROLE_USER","parts":[{"text":"a"}],"messageId":"m"}""",
        """{"taskId":"t","contextId":"c","role":"ROLE_USER","parts":[{"text":"a"}],"messageId":"m"}""")]
    [InlineData("""  {  "role":"ROLE_USER","parts":[{"text":"a"}],"messageId":"m","taskId":"t"}""",
        """  {"contextId":"c",  "role":"ROLE_USER","parts":[{"text":"a"}],"messageId":"m","taskId":"t"}""")]
    public void Ids_that_a_message_lacks_are_put_in_front_and_all_else_stays(string message, string shown) => Assert.Equal(shown, Message(message));

    [Theory]
    [InlineData("""{"kind":"message","role":"user","parts":[{"kind":"text","text":"a"}]}""", """{"role":"ROLE_USER","parts":[{"text":"a"}]}""")]
    [InlineData("""{"role":"agent","parts":[{"kind":"data","data":{"a":null}}]}""", """{"role":"ROLE_AGENT","parts":[{"data":{"a":null}}]}""")]
    [InlineData("""{"role":"user","parts":[{"kind":"file","file":{"bytes":"AA==","name":"f","mimeType":"a/b"},"metadata":{"m":1}}]}""",
        """{"role":"ROLE_USER","parts":[{"raw":"AA==","filename":"f","mediaType":"a/b","metadata":{"m":1}}]}""")]
    [InlineData("""{"role":"user","parts":[{"kind":"file","file":{"uri":"http://f","bytes":null,"mime_type":"a/b"}}]}""",
        """{"role":"ROLE_USER","parts":[{"url":"http://f","mediaType":"a/b"}]}""")]
    [InlineData("""{"role":"ROLE_USER","parts":[{"text":"a","media_type":"a/b"}],"reference_task_ids":["r"]}""",
        """{"role":"ROLE_USER","parts":[{"text":"a","mediaType":"a/b"}],"referenceTaskIds":["r"]}""")]
    [InlineData("""{"role":"ROLE_USER","parts":[{"text":"a","raw":"","url":null,"data":null,"filename":null}],"metadata":null,"extensions":""}""",
        """{"role":"ROLE_USER","parts":[{"text":"a"}]}""")]
    [InlineData("""{"role":"ROLE_USER","parts":[{"text":"","raw":""}]}""", """{"role":"ROLE_USER","parts":[{"text":""}]}""")]
    [InlineData("""{"role":"ROLE_USER","parts":[{"text":"","url":"http://u"}],"x":{"y":null}}""",
        """{"role":"ROLE_USER","parts":[{"url":"http://u"}],"x":{"y":null}}""")]
    [InlineData("""{"role":"ROLE_USER","parts":[{"kind":null,"data":[1,null]}]}""", """{"role":"ROLE_USER","parts":[{"data":[1,null]}]}""")]
    public void A_message_of_another_shape_becomes_1_0(string message, string shown) => AssertSame(
        $$"""{{{Ids}},{{shown[1..]}}""", Message($$"""{{{Ids}},{{message[1..]}}"""));

    [Theory]
    [InlineData("""{"message_id":"m","task_id":"t","context_id":"c","role":"user","parts":[{"text":"a"}]}""")]
    [InlineData("""{"message_id":"m","messageId":null,"task_id":"","role":"user","parts":[{"text":"a"}]}""")]
    [InlineData("""{"message_id":"m","messageId":"","taskId":"","task_id":"t","role":"user","parts":[{"text":"a"}]}""")]
    public void Ids_in_snake_case_become_camelCase(string message) =>
        AssertSame("""{"messageId":"m","taskId":"t","contextId":"c","role":"ROLE_USER","parts":[{"text":"a"}]}""", Message(message));

    [Fact]
    public void A_message_without_an_id_gets_the_same_one_wherever_it_is_shown()
    {
        const string Stored = """{"role":"ROLE_USER","parts":[{"text":"a"}]}""";
        var id = IdOf(Message(Stored));
        Assert.True(Guid.TryParse(id, out _));
        Assert.Equal(id, IdOf(Message(Stored)));
        Assert.NotEqual(id, IdOf(Message(Stored.Replace("\"a\"", "\"b\"", StringComparison.Ordinal))));
        Assert.NotEqual(id, IdOf(DocumentShape.Message(Raw(Stored), "another", "c").ToString()));
    }

    [Theory]
    [InlineData("""{"artifactId":"a","parts":[{"text":"x"}],"name":""}""", null)]
    [InlineData("""{"artifact_id":"a","name":null,"parts":[{"kind":"text","text":"x"}]}""", """{"artifactId":"a","parts":[{"text":"x"}]}""")]
    public void An_artifact_is_shown_as_1_0(string artifact, string? shown) =>
        Assert.Equal(shown ?? artifact, DocumentShape.Artifact(Raw(artifact)).ToString());

    private static string Message(string json) => DocumentShape.Message(Raw(json), "t", "c").ToString();

    private static string IdOf(string message) => JsonDocument.Parse(message).RootElement.GetProperty("messageId").GetString()!;

    private static RawJson Raw(string json) => RawJson.FromValid(Encoding.UTF8.GetBytes(json));

    private static void AssertSame(string expected, string actual)
    {
        using var one = JsonDocument.Parse(expected);
        using var other = JsonDocument.Parse(actual);
        Assert.True(JsonElement.DeepEquals(one.RootElement, other.RootElement), $"expected {expected}\nfound    {actual}");
    }
}
