using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansRegistry.Snapshots;

namespace OrleansRegistry.Tests.Snapshots;

/// <summary>The form in which states are hashed. Expected texts are what Rust's serde_json writes.</summary>
public sealed class CanonicalTests
{
    [Fact]
    public async Task The_test_vector_of_Persist_comes_out()
    {
        const string Sent = """{ "b": 1.0, "a": [1, 2.50, 1e3, "é\u00e9/<>\u0007"], "Z": null, "big": 12345678901234567890123 }""";
        using var draft = await StateDraft.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(Sent)), 1_000_000, default);
        Assert.Equal("""{"Z":null,"a":[1,2.5,1000.0,"éé/<>\u0007"],"b":1.0,"big":1.2345678901234568e22}""", Text(draft));
        Assert.Equal(
            (81, "3be32151045f8835d18bb1ca4aa0fe2c85b38c32cdec24ed58a8d3887f150234"), (draft.ReadLength, draft.ContentHash));
    }

    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "-0.0")]
    [InlineData("-1", "-1")]
    [InlineData("18446744073709551615", "18446744073709551615")] // the largest of 64 bits
    [InlineData("18446744073709551616", "1.8446744073709552e19")]
    [InlineData("-9223372036854775808", "-9223372036854775808")] // the smallest
    [InlineData("-9223372036854775809", "-9.223372036854776e18")]
    [InlineData("1E2", "100.0")]
    [InlineData("1e-2", "0.01")]
    [InlineData("0.00001", "0.00001")]
    [InlineData("0.000001", "1e-6")]
    [InlineData("1e15", "1000000000000000.0")]
    [InlineData("1e16", "1e16")]
    [InlineData("123456789012345680.0", "1.2345678901234568e17")]
    [InlineData("-1.50e+3", "-1500.0")]
    [InlineData("1e-400", "0.0")]
    [InlineData("0e999999999999", "0.0")]
    [InlineData("5e-324", "5e-324")]
    [InlineData("1.7976931348623157e308", "1.7976931348623157e308")]
    [InlineData("9007199254740993.0", "9007199254740992.0")]
    [InlineData("2.98023223876953125E-8", "2.980232238769531e-8")] // ends in the middle: of two the one whose digit is even
    [InlineData("5.764607523034235E39", "5.764607523034235e39")] // the shortest stands on the border of what is still the same float
    [InlineData("1.152921504606847E40", "1.152921504606847e40")]
    [InlineData("2.305843009213694E40", "2.305843009213694e40")]
    [InlineData("9007199254740991", "9007199254740991")]
    public void Numbers_are_spelled_as_in_Rust(string sent, string written)
    {
        Assert.Equal(written, Canonical(sent));
        Assert.Equal($"[{written},{written}]", Canonical($"[ {sent} ,{sent}]"));
    }

    /// <summary>What it reads is off by the last bit, and the number itself is kept.</summary>
    [Theory]
    [InlineData("0.9452706955539223", "0.9452706955539224")]
    [InlineData("[0.1,0.30000000000000004]", "[0.1,0.30000000000000004]")]
    public async Task The_hash_is_of_what_serde_json_reads_and_the_file_has_what_was_sent(string sent, string hashed)
    {
        using var draft = await StateDraft.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(sent)), 1_000, default);
        Assert.Equal(sent, Text(draft));
        Assert.Equal(hashed, Canonical(sent, asRead: true));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(hashed))), draft.ContentHash);
        Assert.Equal(hashed.Length, draft.ReadLength);
    }

    [Fact]
    public void Random_floats_come_back_as_they_were()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var value = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            if (double.IsFinite(value))
            {
                var text = Canonical(value.ToString("R", CultureInfo.InvariantCulture));
                Assert.Equal(value, double.Parse(text, CultureInfo.InvariantCulture));
                Assert.True(text.Contains('.') || text.Contains('e') || double.IsInteger(value), text);
            }
        }
    }

    [Fact]
    public void Text_is_escaped_no_more_than_JSON_demands()
    {
        Assert.Equal(
            "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u007f\u2028<>&'+é€😀\"",
            Canonical("\"\\u0022\\u005C\\/\\b\\f\\u000A\\r\\t\\u0000\\u001F\\u007F\\u2028<>&'+\\u00e9\\u20AC\\uD83D\\uDE00\""));
    }

    [Fact]
    public void Members_are_in_the_order_of_their_names_bytes()
    {
        Assert.Equal(
            """{"":0,"A":{"a":1,"b":[{"x":2,"y":1}]},"a":[],"a\"b":{},"aa":2,"é":1,"😀":3}""",
            Canonical("""{"😀":3,"\u00e9":1,"aa":2,"a\"b":{ },"a":[ ],"A":{"b":[{"y":1,"x":2}],"a":1},"":0}"""));

        // As bytes: U+FFFF is less than U+10000, whose UTF-16 is less.
        Assert.Equal("{\"\uffff\":1,\"\U00010000\":2}", Canonical("{\"\U00010000\":2,\"\uffff\":1}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("{")]
    [InlineData("[1,]")]
    [InlineData("[1 2]")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"a\" 1}")]
    [InlineData("{a:1}")]
    [InlineData("{\"a\":1}}")]
    [InlineData("1 2")]
    [InlineData("01")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("+1")]
    [InlineData("1e")]
    [InlineData("1e400")]
    [InlineData("-")]
    [InlineData("1x")]
    [InlineData("nul")]
    [InlineData("NaN")]
    [InlineData("True")]
    [InlineData("\"a")]
    [InlineData("\"\n\"")]
    [InlineData("\"\\x\"")]
    [InlineData("\"\\u12G4\"")]
    [InlineData("\"\\uD800\"")]
    [InlineData("\"\\uD800\\u0041\"")]
    [InlineData("\"\\uDC00\"")]
    [InlineData("{\"a\":1,\"b\":2,\"a\":3}")]
    [InlineData("{\"a\":1,\"\\u0061\":3}")]
    [InlineData("[1]//")]
    public void What_is_not_JSON_is_refused(string sent) =>
        Assert.Equal(RegistryError.Invalid, Assert.Throws<RegistryException>(() => Canonical(sent)).Error);

    [Fact]
    public void What_is_not_UTF8_is_refused_wherever_the_pieces_are_cut()
    {
        byte[][] broken = [[0xC3], [0xC3, 0x28], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF0, 0x9F, 0x98], [0xC0, 0xAF], [0xFF], [0x80]];
        foreach (var bytes in broken)
        {
            byte[] json = [(byte)'"', .. bytes, (byte)'"'];
            for (var cut = 0; cut <= json.Length; cut++)
            {
                Assert.Throws<RegistryException>(() => Canonical([json[..cut], json[cut..]]));
            }
        }
    }

    [Fact]
    public void States_may_nest_as_deep_as_Persist_reads()
    {
        var deep = new string('[', 126) + new string(']', 126);
        Assert.Equal(deep, Canonical(deep));
        Assert.Throws<RegistryException>(() => Canonical($"[{deep}]"));
    }

    /// <summary>Against a reader and writer of the framework, in pieces of any size, with a buffer that is nearly always full.</summary>
    [Fact]
    public void Random_documents_are_the_same_values_in_any_pieces_and_with_little_memory()
    {
        var random = new Random(11);
        for (var i = 0; i < 300; i++)
        {
            var node = RandomNode(random, 5);
            var json = Encoding.UTF8.GetBytes(node?.ToJsonString(new JsonSerializerOptions { WriteIndented = i % 2 == 0 }) ?? "null");
            var pieces = new List<byte[]>();
            for (var at = 0; at < json.Length;)
            {
                var length = Math.Min(json.Length - at, random.Next(1, i % 3 == 0 ? 4 : 200));
                pieces.Add(json[at..(at + length)]);
                at += length;
            }

            var text = Canonical([.. pieces], memory: 1 + random.Next(300));
            Assert.True(JsonNode.DeepEquals(node, JsonNode.Parse(text)), text);
            Assert.Equal(text, Canonical(text));
            CheckOrder(JsonDocument.Parse(text).RootElement);
        }
    }

    [Fact]
    public void What_is_larger_than_the_memory_is_put_in_order_in_its_file()
    {
        var members = Enumerable.Range(0, 3_000).Select(i => $"\"m{(i * 7919) % 3_000:D5}\":{{\"z\":\"{new string('x', i % 40)}\",\"a\":{i}}}");
        var json = Encoding.UTF8.GetBytes($"{{\"second\":{{{string.Join(',', members)}}},\"first\":[1.5]}}");
        Assert.Equal(Canonical([json], memory: 64 * 1024 * 1024), Canonical([json], memory: 2_000));
        var text = Canonical([json], memory: 2_000);
        CheckOrder(JsonDocument.Parse(text).RootElement);
        Assert.Equal(3_000, JsonDocument.Parse(text).RootElement.GetProperty("second").EnumerateObject().Count());
    }

    [Fact]
    public void Names_without_end_are_refused()
    {
        using var output = new SpillBuffer();
        using var writer = new CanonicalWriter(output, "state");
        var refused = Assert.Throws<RegistryException>(() =>
        {
            writer.Write("{\""u8);
            var piece = new byte[1024 * 1024];
            piece.AsSpan().Fill((byte)'n');
            for (var i = 0; i < 32; i++)
            {
                writer.Write(piece);
            }
        });
        Assert.Equal(RegistryError.TooLarge, refused.Error);
    }

    private static void CheckOrder(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            var names = element.EnumerateObject().Select(member => Encoding.UTF8.GetBytes(member.Name)).ToArray();
            for (var i = 1; i < names.Length; i++)
            {
                Assert.True(names[i - 1].AsSpan().SequenceCompareTo(names[i]) < 0);
            }

            foreach (var member in element.EnumerateObject())
            {
                CheckOrder(member.Value);
            }
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                CheckOrder(item);
            }
        }
    }

    private static JsonNode? RandomNode(Random random, int depth) => random.Next(depth > 0 ? 8 : 6) switch
    {
        0 => null,
        1 => JsonValue.Create(random.Next(2) == 0),
        2 => JsonValue.Create(random.Next(-1000, 1000)),
        3 => JsonValue.Create(Math.Round(random.NextDouble() * 1000, 3)),
        4 or 5 => JsonValue.Create(RandomText(random)),
        6 => new JsonArray([.. Enumerable.Range(0, random.Next(6)).Select(_ => RandomNode(random, depth - 1))]),
        _ => new JsonObject(Enumerable.Range(0, random.Next(9)).Select(_ => RandomText(random)).Distinct(StringComparer.Ordinal)
            .Select(name => KeyValuePair.Create(name, RandomNode(random, depth - 1)))),
    };

    private static string RandomText(Random random) => string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ =>
        ((string[])["a", "B", "z", "\"", "\\", "\n", "\u0001", "/", "é", "€", "😀", " ", "0"])[random.Next(13)]));

    private static string Canonical(string json, bool asRead = false) => Canonical([Encoding.UTF8.GetBytes(json)], asRead: asRead);

    private static string Canonical(byte[][] pieces, int memory = SpillBuffer.UsualMemory, bool asRead = false)
    {
        using var output = new SpillBuffer(memory);
        using var writer = new CanonicalWriter(output, "state", asRead: asRead);
        foreach (var piece in pieces)
        {
            writer.Write(piece);
        }

        writer.Complete();
        var text = new List<byte>();
        output.ForEach(0, output.Length, piece => text.AddRange(piece));
        return Encoding.UTF8.GetString([.. text]);
    }

    private static string Text(StateDraft draft)
    {
        var bytes = new byte[draft.Length];
        for (var read = 0; read < bytes.Length;)
        {
            read += draft.Read(read, bytes.AsSpan(read));
        }

        return Encoding.UTF8.GetString(bytes);
    }
}
