using System.Text;

namespace OrleansRegistry.Tests;

public sealed class MessageTests
{
    private static readonly TaskRules Rules = new();

    [Theory]
    [InlineData("""{"role":"user","parts":[{"text":""}]}""")]
    [InlineData("""{"role":"ROLE_AGENT","parts":[{"raw":"AAEC"},{"url":"https://x"},{"data":[1]},{"data":null}],"messageId":"m"}""")]
    [InlineData("""
        {"kind":"message","role":"agent","parts":[{"kind":"text","text":"x"},{"kind":"file","file":{"bytes":"AA=="}},{"kind":"file",
        "file":{"uri":"u","bytes":null}},{"kind":"data","data":{}}],"message_id":"m"}
        """)]
    [InlineData("""{"role":"user","parts":[{"text":"x","raw":null,"metadata":{}}],"taskId":null,"referenceTaskIds":["a"],"extensions":[]}""")]
    [InlineData("""{"role":"user","parts":[{"raw":"_-8"},{"raw":"AA\u003d="}],"unknown":{"kept":1.0}}""")]
    public void What_A2A_allows_is_taken_as_it_was_sent(string json) => Assert.Equal(json, Read(json).Json.ToString());

    [Theory]
    [InlineData("[]", "message")]
    [InlineData("{", "message")]
    [InlineData("""{"parts":[{"text":"x"}]}""", "message.role")]
    [InlineData("""{"role":"system","parts":[{"text":"x"}]}""", "message.role")]
    [InlineData("""{"role":1,"parts":[{"text":"x"}]}""", "message.role")]
    [InlineData("""{"role":"user"}""", "message.parts")]
    [InlineData("""{"role":"user","parts":[]}""", "message.parts")]
    [InlineData("""{"role":"user","parts":{}}""", "message.parts")]
    [InlineData("""{"role":"user","parts":["x"]}""", "message.parts[0]")]
    [InlineData("""{"role":"user","parts":[{"text":"x"},{}]}""", "message.parts[1]")]
    [InlineData("""{"role":"user","parts":[{"text":"x","url":"y"}]}""", "message.parts[0]")]
    [InlineData("""{"role":"user","parts":[{"text":1}]}""", "message.parts[0].text")]
    [InlineData("""{"role":"user","parts":[{"raw":"not base64!"}]}""", "message.parts[0].raw")]
    [InlineData("""{"role":"user","parts":[{"kind":"video","text":"x"}]}""", "message.parts[0].kind")]
    [InlineData("""{"role":"user","parts":[{"kind":"text"}]}""", "message.parts[0].text")]
    [InlineData("""{"role":"user","parts":[{"kind":"file","file":{}}]}""", "message.parts[0].file")]
    [InlineData("""{"role":"user","parts":[{"kind":"file","file":{"bytes":"A"}}]}""", "message.parts[0].file.bytes")]
    [InlineData("""{"role":"user","parts":[{"kind":"data","data":[]}]}""", "message.parts[0].data")]
    [InlineData("""{"role":"user","parts":[{"text":"x","metadata":[]}]}""", "message.parts[0].metadata")]
    [InlineData("""{"role":"user","parts":[{"text":"x"}],"messageId":1}""", "message.messageId")]
    [InlineData("""{"role":"user","parts":[{"text":"x"}],"taskId":" "}""", "message.taskId")]
    [InlineData("""{"role":"user","parts":[{"text":"x"}],"contextId":"a","context_id":"b"}""", "message.context_id")]
    [InlineData("""{"role":"user","parts":[{"text":"x"}],"kind":"task"}""", "message.kind")]
    [InlineData("""{"role":"user","parts":[{"text":"x"}],"metadata":"x"}""", "message.metadata")]
    [InlineData("""{"role":"user","parts":[{"text":"x"}],"referenceTaskIds":[1]}""", "message.referenceTaskIds")]
    [InlineData("""{"role":"user","role":"user","parts":[{"text":"x"}]}""", "message")]
    public void Anything_else_is_refused_with_its_field(string json, string field)
    {
        var refusal = Assert.Throws<RegistryException>(() => Read(json));
        Assert.Equal((RegistryError.Invalid, field), (refusal.Error, refusal.Field));
    }

    [Fact]
    public void A_message_has_a_largest_size()
    {
        var json = $$"""{"role":"user","parts":[{"text":"{{new string('x', 2000)}}"}]}""";
        Assert.Equal(
            RegistryError.TooLarge,
            Assert.Throws<RegistryException>(() => MessageReader.Read(Encoding.UTF8.GetBytes(json), "message", new TaskRules(1024))).Error);
    }

    [Theory]
    [InlineData("""{ "role" : "user", "n": 1.0 }""", """{"messageId":"m","taskId":"t","contextId":"c", "role" : "user", "n": 1.0 }""")]
    [InlineData("""{"message_id":"own","x":1}""", """{"task_id":"t","context_id":"c","message_id":"own","x":1}""")]
    [InlineData(
        """{"contextId":"c","task_id":null,"x":{"taskId":null}}""",
        """{"messageId":"m","contextId":"c","task_id":"t","x":{"taskId":null}}""")]
    [InlineData("""{"taskId":null,"messageId": null ,"contextId":null}""", """{"taskId":"t","messageId": "m" ,"contextId":"c"}""")]
    [InlineData("""{"messageId":"m","taskId":"t","contextId":"c"}""", """{"messageId":"m","taskId":"t","contextId":"c"}""")]
    [InlineData(
        """{"taskId":null,"task_id":"t","messageId":"m","contextId":"c"}""",
        """{"taskId":null,"task_id":"t","messageId":"m","contextId":"c"}""")]
    public void Stamping_adds_what_lacks_and_leaves_the_rest(string json, string stamped) =>
        Assert.Equal(stamped, MessageStamp.Apply(RawJson.FromValid(Encoding.UTF8.GetBytes(json)), "m", "t", "c").ToString());

    [Fact]
    public void Stamping_writes_ids_as_JSON_and_leaves_out_what_is_not_given()
    {
        var stamped = MessageStamp.Apply(RawJson.FromValid("""{"a":1}"""u8), "say \"é\"\\", null, null);
        Assert.Equal("say \"é\"\\", MessageStamp.IdOf(stamped));
        Assert.DoesNotContain("taskId", stamped.ToString());
    }

    [Theory]
    [InlineData("""{ "role" : "user", "messageId":"own" }""", "own", true)]
    [InlineData("""{"message_id":"own"}""", "own", true)]
    [InlineData("""{ "role" : "user", "messageId": null}""", "é\"[\\", false)]
    public void An_item_of_a_log_gives_back_the_message_and_its_id(string json, string id, bool isAsSent)
    {
        var message = RawJson.FromValid(Encoding.UTF8.GetBytes(json));
        var item = MessageItem.Write(message, id);
        Assert.Equal(isAsSent, item == message);
        Assert.Equal((id, json), (MessageItem.IdOf(item), MessageItem.Read(item).ToString()));
        Assert.Equal(message, JsonObjects.Items(JsonObjects.Array([item])).Select(MessageItem.Read).Single());
    }

    [Fact]
    public void Derived_ids_follow_from_all_their_parts_and_no_other()
    {
        string[] ids = [DerivedId.For("a", "b"), DerivedId.For("ab", ""), DerivedId.For("", "ab"), DerivedId.For("ab"), DerivedId.For(
            "a",
            "b",
            ""), DerivedId.Random(), DerivedId.Random()];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.Equal(ids[0], DerivedId.For("a", "b"));
        Assert.All(ids, id => Assert.True(Guid.TryParseExact(id, "D", out _)));
        Assert.Equal(('8', true), (ids[0][14], "89ab".Contains(ids[0][19])));
    }

    private static CheckedMessage Read(string json) => MessageReader.Read(Encoding.UTF8.GetBytes(json), "message", Rules);
}
