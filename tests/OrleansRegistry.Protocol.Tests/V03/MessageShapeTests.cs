using OrleansRegistry.Protocol.V03;

namespace OrleansRegistry.Protocol.Tests.V03;

public sealed class MessageShapeTests
{
    private static readonly Translation ToV10 = MessageShape.ToV10;
    private static readonly Translation ToV03 = MessageShape.ToV03;

    [Fact]
    public void A_message_of_0_3_loses_its_kind_and_spells_its_role_as_1_0_does() => ToV10.Becomes(
        """{"kind":"message","messageId":"m","role":"user","parts":[{"kind":"text","text":"hi"}],"contextId":"c","taskId":"t"}""",
        """{"messageId":"m","role":"ROLE_USER","parts":[{"text":"hi"}],"contextId":"c","taskId":"t"}""");

    [Fact]
    public void A_message_of_1_0_gets_its_kind_and_spells_its_role_as_0_3_does() => ToV03.Becomes(
        """{"messageId":"m","role":"ROLE_AGENT","parts":[{"text":"hi"}],"extensions":["urn:e"],"referenceTaskIds":["r"]}""",
        """
        {"kind":"message","messageId":"m","role":"agent","parts":[{"kind":"text","text":"hi"}],"extensions":["urn:e"],"referenceTaskIds":["r"]}
        """);

    [Theory]
    [InlineData("""{"kind":"file","file":{"bytes":"aGk=","name":"a.txt","mimeType":"text/plain"}}""",
        """{"raw":"aGk=","filename":"a.txt","mediaType":"text/plain"}""")]
    [InlineData("""{"kind":"file","file":{"uri":"https://a/b"},"metadata":{"a":null}}""", """{"url":"https://a/b","metadata":{"a":null}}""")]
    [InlineData("""{"kind":"data","data":{"a":1.50}}""", """{"data":{"a":1.50}}""")]
    [InlineData("""{"kind":"text","text":""}""", """{"text":""}""")]
    public void Parts_become_those_of_1_0_and_come_back(string legacy, string current)
    {
        Translation toV10 = PartShape.ToV10;
        Translation toV03 = PartShape.ToV03;
        toV10.Becomes(legacy, current);
        toV03.Becomes(current, legacy);
    }

    [Fact]
    public void Members_of_a_file_that_nobody_knows_are_kept()
    {
        const string Legacy = """{"kind":"file","file":{"bytes":"aGk=","size":2},"x":true}""";
        Translation toV10 = PartShape.ToV10;
        Translation toV03 = PartShape.ToV03;
        toV10.Becomes(Legacy, """{"raw":"aGk=","file":{"size":2},"x":true}""");
        toV03.Becomes("""{"raw":"aGk=","file":{"size":2},"x":true}""", Legacy);
    }

    [Theory]
    [InlineData("[1,2]")]
    [InlineData("\"a\"")]
    [InlineData("7")]
    [InlineData("false")]
    [InlineData("null")]
    public void Data_that_is_no_object_is_wrapped_for_0_3_and_unwrapped_again(string data)
    {
        Translation toV10 = PartShape.ToV10;
        Translation toV03 = PartShape.ToV03;
        var wrapped = $$$"""{"kind":"data","data":{"value":{{{data}}}},"metadata":{"data_part_compat":true,"a":1}}""";
        toV03.Becomes($$$"""{"data":{{{data}}},"metadata":{"a":1}}""", wrapped);
        toV10.Becomes(wrapped, $$$"""{"data":{{{data}}},"metadata":{"a":1}}""");
    }

    [Theory]
    [InlineData("""{"kind":"file","file":{"bytes":"aGk=","uri":"https://a"}}""")]
    [InlineData("""{"kind":"file"}""")]
    [InlineData("""{"kind":"image","url":"https://a"}""")]
    [InlineData("7")]
    public void A_part_that_0_3_does_not_have_is_left_for_the_rules_to_refuse(string part)
    {
        Translation toV10 = PartShape.ToV10;
        toV10.Becomes(part, part);
    }

    [Theory]
    [InlineData("""{"text":"a","data":{}}""")]
    [InlineData("""{"file":"x"}""")]
    public void A_part_of_1_0_without_one_content_is_left_as_it_is(string part)
    {
        Translation toV03 = PartShape.ToV03;
        toV03.Becomes(part, part);
    }

    [Theory]
    [InlineData("""{"text":"a","url":"","data":null}""", """{"text":"a"}""")]
    [InlineData("""{"text":"","raw":null}""", """{"text":""}""")]
    [InlineData("""{"data":null}""", """{"data":null}""")]
    [InlineData("""{"kind":"text","text":"a","data":{"b":1}}""", """{"text":"a"}""")]
    public void A_part_has_one_content_in_1_0(string part, string expected)
    {
        Translation toV10 = PartShape.ToV10;
        toV10.Becomes(part, expected);
    }

    [Fact]
    public void Names_in_snake_case_and_nulls_are_taken() => ToV10.Becomes(
        """
        {"message_id":"m","role":"agent","context_id":null,"task_id":"t","reference_task_ids":["r"],
         "parts":[{"kind":"file","file":{"uri":"u","mime_type":"a/b"}}]}
        """,
        """{"messageId":"m","role":"ROLE_AGENT","taskId":"t","referenceTaskIds":["r"],"parts":[{"url":"u","mediaType":"a/b"}]}""");

    [Fact]
    public void Of_a_name_in_both_spellings_camel_case_counts() =>
        ToV10.Becomes("""{"task_id":"a","taskId":"b","role":"user"}""", """{"taskId":"b","role":"ROLE_USER"}""");

    [Fact]
    public void A_message_of_1_0_stays_what_it_is()
    {
        const string Message = """
            {"messageId":"m","role":"ROLE_USER","parts":[{"text":"hi","mediaType":"text/plain"},{"data":{"a":null}}],"x":[1.0,2e3]}
            """;
        ToV10.Becomes(Message, Message);
    }

    [Theory]
    [InlineData("""{"kind":"task","role":"system","parts":"none"}""")]
    [InlineData("[]")]
    [InlineData("\"a\"")]
    public void What_is_no_message_is_left_for_the_rules_to_refuse(string message) => ToV10.Becomes(message, message);

    [Fact]
    public void Numbers_and_text_keep_their_spelling_and_their_characters()
    {
        var written = ToV10.Write("""{"role":"user","parts":[{"kind":"data","data":{"n":12345678901234567890.10,"s":"é<\u00e9"}}]}""");
        Assert.Contains("12345678901234567890.10", written, StringComparison.Ordinal);
        Assert.Contains("é<\\u00e9", written, StringComparison.Ordinal);
    }
}
