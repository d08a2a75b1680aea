using System.Globalization;
using System.Text;

namespace OrleansRegistry.Abstractions.Tests;

public sealed class JsonInputTests
{
    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{} {}")]
    [InlineData("{}x")]
    [InlineData("// comment\n{}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{'a':1}")]
    [InlineData("{\"a\":01}")]
    [InlineData("{\"a\":NaN}")]
    [InlineData("\uFEFF{}")]
    [InlineData("{\"a\":\"line\nend\"}")]
    public void What_is_not_one_json_document_is_refused(string text) => Refused(Encoding.UTF8.GetBytes(text), "not valid JSON");

    [Theory]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"a":1,"\u0061":2}""")]
    [InlineData("""{"x":[{"deep":{"b":1,"c":2,"b":3}}]}""")]
    public void A_member_that_stands_twice_is_refused(string text) => Refused(Encoding.UTF8.GetBytes(text), "not valid JSON");

    [Theory]
    [InlineData("""{"a":"\ud83d"}""")]
    [InlineData("""{"a":"\ude00 \ud83d\ude00"}""")]
    [InlineData("""{"\ud800":1}""")]
    public void Half_a_surrogate_pair_is_refused(string text) => Refused(Encoding.UTF8.GetBytes(text), "");

    [Fact]
    public void Bytes_that_are_not_utf8_are_refused() => Refused([(byte)'"', 0xC3, 0x28, (byte)'"'], "UTF-8");

    [Fact]
    public void Nesting_is_bounded()
    {
        var deepest = new string('[', JsonInput.MaxDepth) + new string(']', JsonInput.MaxDepth);
        JsonInput.Parse(Encoding.UTF8.GetBytes(deepest), "body").Dispose();
        Refused(Encoding.UTF8.GetBytes("[" + deepest + "]"), "depth");
    }

    [Theory]
    [InlineData("{0}")]
    [InlineData("""[1,{{"deep":[{{"x":{0}}}]}}]""")]
    public void Members_of_one_object_are_bounded(string around)
    {
        static string Members(int count, string value) => $"{{{string.Join(',', Enumerable.Range(0, count).Select(i => $"\"{i}\":{value}"))}}}";

        JsonInput.Parse(Encoding.UTF8.GetBytes(string.Format(CultureInfo.InvariantCulture, around, Members(JsonInput.MaxMembers, "0"))), "body")
            .Dispose();
        JsonInput.Parse(Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat("""{"a":{"b":1}}""", JsonInput.MaxMembers))}]"), "body")
            .Dispose();
        var refusal = Assert.Throws<RegistryException>(() =>
            JsonInput.Parse(
                Encoding.UTF8.GetBytes(string.Format(CultureInfo.InvariantCulture, around, Members(JsonInput.MaxMembers + 1, "{}"))),
                "body"));
        Assert.Equal((RegistryError.TooLarge, "body"), (refusal.Error, refusal.Field));
    }

    [Theory]
    [InlineData("""{"a":"\ud83d\ude00","b":"\\ud800","c":"\u0000"}""")]
    [InlineData("  [1.0, 1e3, 1E+03, -0, 12345678901234567890123]\r\n")]
    public void What_is_valid_is_kept_to_the_byte(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        using var document = JsonInput.Parse(bytes, "body");
        Assert.Equal(text.Trim(), JsonInput.Copy(document.RootElement).ToString());
    }

    private static void Refused(byte[] utf8, string because)
    {
        var refusal = Assert.Throws<RegistryException>(() => JsonInput.Parse(utf8, "body"));
        Assert.Equal(RegistryError.Invalid, refusal.Error);
        Assert.Equal("body", refusal.Field);
        Assert.Contains(because, refusal.Message, StringComparison.Ordinal);
    }
}
