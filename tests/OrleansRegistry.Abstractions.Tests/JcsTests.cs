using System.Globalization;
using System.Text;
using System.Text.Json;

namespace OrleansRegistry.Abstractions.Tests;

/// <summary>RFC 8785.</summary>
public sealed class JcsTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "0")]
    [InlineData("1.0", "1")]
    [InlineData("-1.50", "-1.5")]
    [InlineData("4.50", "4.5")]
    [InlineData("100", "100")]
    [InlineData("2e-3", "0.002")]
    [InlineData("123.456", "123.456")]
    [InlineData("333333333.33333329", "333333333.3333333")]
    [InlineData("1E30", "1e+30")]
    [InlineData("1e21", "1e+21")]
    [InlineData("1e20", "100000000000000000000")]
    [InlineData("9.999999999999997e22", "9.999999999999997e+22")]
    [InlineData("999999999999999900000", "999999999999999900000")]
    [InlineData("295147905179352825856", "295147905179352830000")]
    [InlineData("9007199254740992", "9007199254740992")]
    [InlineData("-9007199254740992", "-9007199254740992")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("0.0000010000000000000002", "0.0000010000000000000002")]
    [InlineData("1e-7", "1e-7")]
    [InlineData("0.000000000000000000000000001", "1e-27")]
    [InlineData("5e-324", "5e-324")]
    [InlineData("1.7976931348623157e308", "1.7976931348623157e+308")]
    [InlineData("1424953923781206.25", "1424953923781206.2")]
    public void Numbers_are_written_as_ECMAScript_does(string number, string expected) => Assert.Equal(expected, Canonical(number));

    [Fact]
    public void Numbers_give_the_same_number_back()
    {
        var random = new Random(8785);
        for (var i = 0; i < 20_000; i++)
        {
            var value = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            if (double.IsFinite(value))
            {
                var text = Jcs.Number(value);
                Assert.Equal(value, double.Parse(text, CultureInfo.InvariantCulture));
                Assert.DoesNotMatch(@"^0\d|^-0\d|\.\d*0(e|$)|E|\.$", text);
            }
        }
    }

    [Fact]
    public void A_number_that_no_double_holds_has_no_form() => Assert.Throws<FormatException>(() => Canonical("1e400"));

    [Fact]
    public void Members_are_in_the_order_of_their_UTF16_and_texts_have_the_fewest_escapes()
    {
        // The samples of 3.2.2 and 3.2.3.
        Assert.Equal(
            "{\"\\r\":1,\"1\":2,\"\u0080\":3,\"\u00f6\":4,\"\u20ac\":5,\"\ud83d\ude00\":6,\"\ufb33\":7}",
            Canonical("""{"\u20ac":5,"\r":1,"\ufb33":7,"1":2,"\ud83d\ude00":6,"\u0080":3,"\u00f6":4}"""));
        Assert.Equal(
            """{"literals":[null,true,false],"string":"€$\u000f\nA'B\"\\\\\"/"}""",
            Canonical("""{ "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false] }"""));
    }

    [Fact]
    public void What_is_nested_is_in_order_too() =>
        Assert.Equal("""{"a":[{"b":1,"c":{}}],"d":[]}""", Canonical("""{"d":[],"a":[{"c":{},"b":1}]}"""));

    private static string Canonical(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Encoding.UTF8.GetString(Jcs.Write(document.RootElement).Span);
    }
}
