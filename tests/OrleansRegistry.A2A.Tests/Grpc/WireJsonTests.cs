using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using OrleansRegistry.A2A.Grpc;
using OrleansRegistry.Protocol;
using Wire = OrleansRegistry.A2A.Grpc.Wire;

namespace OrleansRegistry.A2A.Tests.Grpc;

public sealed class WireJsonTests
{
    [Theory]
    [InlineData("""{"id":"t","contextId":"c","status":{"state":"TASK_STATE_AUTH_REQUIRED","timestamp":"2026-01-31T12:00:00.120Z"}}""")]
    [InlineData("""{"id":"t","artifacts":[{"artifactId":"a","name":"n","parts":[{"raw":"aGk=","filename":"f","mediaType":"a/b"}]}]}""")]
    [InlineData("""{"history":[{"messageId":"m","role":"ROLE_USER","parts":[{"data":{"a":[null,true,1.5,"x"]}},{"data":null},{"text":"é😀"}]}]}""")]
    [InlineData("""{"id":"t","metadata":{"kind":"x","list":[],"none":null}}""")]
    public void What_A2A_has_is_the_same_in_both(string json)
    {
        var written = WireJson.Write(Read(json), "task");
        using var expected = JsonDocument.Parse(json);
        using var actual = JsonDocument.Parse(written);
        Assert.True(JsonElement.DeepEquals(expected.RootElement, actual.RootElement), Encoding.UTF8.GetString(written.Span));
    }

    [Theory]
    [InlineData("_-8=")]
    [InlineData("_-8")]
    [InlineData("/+8=")]
    public void Bytes_are_read_in_both_alphabets_of_base64(string raw) => Assert.Equal(
        [0xff, 0xef],
        WireJson.Read<Wire.Message>(Encoding.UTF8.GetBytes("""{"parts":[{"raw":"RAW","metadata":{"parts":[{"raw":"_"}]}}]}"""
            .Replace("RAW", raw, StringComparison.Ordinal)), "it").Parts[0].Raw.ToByteArray());

    [Fact]
    public void Members_that_protobuf_does_not_have_are_passed_over() =>
        Assert.Equal("t", Read("""{"id":"t","owner":"me","kind":"task","status":{"state":"TASK_STATE_WORKING","more":{"a":[1]}}}""").Id);

    [Theory]
    [InlineData("""{"metadata":{"a":1e400}}""")]
    [InlineData("""{"artifacts":[{"name":7}]}""")]
    [InlineData("""{"history":[{"parts":[{"text":"a","url":"b"}]}]}""")]
    [InlineData("""{"history":[{"parts":[{"raw":"*"}]}]}""")]
    [InlineData("""{"status":{"timestamp":"soon"}}""")]
    [InlineData("""{"metadata":[]}""")]
    public void A_document_that_protobuf_cannot_carry_is_an_error_that_says_so(string json)
    {
        var fault = Assert.Throws<A2AException>(() => Read(json));
        Assert.Equal(A2AError.UnsupportedOperation, fault.Error);
        Assert.StartsWith("gRPC cannot carry task 't': ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Documents_as_deep_as_the_registry_takes_go_both_ways()
    {
        var deep = string.Concat(Enumerable.Repeat("""{"a":""", JsonInput.MaxDepth - 3)) + "1" + new string('}', JsonInput.MaxDepth - 3);
        var message = WireJson.Read<Wire.Message>(Encoding.UTF8.GetBytes($$"""{"parts":[{"data":{{deep}}}]}"""), "message");
        var decoded = WireJson.Decode<Wire.Message>(message.ToByteArray());
        Assert.Equal(message, decoded);
        JsonInput.Parse(WireJson.Write(decoded, "message"), "message").Dispose();
    }

    [Fact]
    public void A_request_deeper_than_that_is_refused()
    {
        var value = Value.ForNumber(1);
        for (var i = 0; i < 500; i++)
        {
            value = Value.ForList(value);
        }

        var fault = Assert.Throws<A2AException>(
            () => WireJson.Decode<Wire.Message>(new Wire.Message { Parts = { new Wire.Part { Data = value } } }.ToByteArray()));
        Assert.Equal(A2AError.InvalidParams, fault.Error);
        Assert.StartsWith("The request is no lf.a2a.v1.Message: ", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ff")]
    [InlineData("0a05")]
    [InlineData("0c0a0161")]
    [InlineData("2a0208")]
    public void Bytes_that_are_no_message_are_refused(string hex) =>
        Assert.Equal(A2AError.InvalidParams, Assert.Throws<A2AException>(() => WireJson.Decode<Wire.Message>(Convert.FromHexString(hex))).Error);

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void A_number_that_JSON_does_not_have_is_refused_with_its_place(double number)
    {
        var data = new Struct { Fields = { ["a"] = Value.ForList(Value.ForNull(), Value.ForNumber(number)) } };
        var message = new Wire.Message { Parts = { new Wire.Part { Text = "x" }, new Wire.Part { Data = Value.ForStruct(data) } } };
        AssertRefused("message.parts[1].data.a[1]", message);
    }

    [Fact]
    public void A_value_without_a_kind_is_refused_with_its_place() =>
        AssertRefused("message.metadata.a", new Wire.Message { Metadata = new Struct { Fields = { ["a"] = new Value() } } });

    [Fact]
    public void A_time_that_is_none_is_refused_with_its_place() => AssertRefused(
        "message.timestamp", new Wire.TaskStatus { Timestamp = new Timestamp { Seconds = long.MaxValue } });

    private static void AssertRefused(string field, IMessage message)
    {
        var fault = Assert.Throws<A2AException>(() => WireJson.Write(message, "message"));
        Assert.Equal(A2AError.InvalidParams, fault.Error);
        Assert.Equal(field, fault.Field);
    }

    private static Wire.Task Read(string json) => WireJson.Read<Wire.Task>(Encoding.UTF8.GetBytes(json), "task 't'");
}
