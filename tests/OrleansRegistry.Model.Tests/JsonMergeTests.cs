using System.Text;

namespace OrleansRegistry.Model.Tests;

public sealed class JsonMergeTests
{
    // The cases of RFC 7396, appendix A.
    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"a":null}""", """{}""")]
    [InlineData("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"c"}""", """{"a":["b"]}""", """{"a":["b"]}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""["a","b"]""", """["c","d"]""", """["c","d"]""")]
    [InlineData("""{"a":"b"}""", """["c"]""", """["c"]""")]
    [InlineData("""{"a":"foo"}""", "null", "null")]
    [InlineData("""{"a":"foo"}""", "\"bar\"", "\"bar\"")]
    [InlineData("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""")]
    [InlineData("""[1,2]""", """{"a":"b","c":null}""", """{"a":"b"}""")]
    [InlineData("""{}""", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    public void A_patch_does_what_the_rfc_says(string target, string patch, string result) => Assert.Equal(result, Merge(target, patch));

    [Fact]
    public void What_the_patch_does_not_name_keeps_its_bytes() =>
        Assert.Equal(
            """{"n":1.00,"s":"\u00e9/<>","o":{ "x" : [ 1 ] },"new":1E+2}""",
            Merge("""{"n":1.00,"s":"\u00e9/<>","o":{ "x" : [ 1 ] },"gone":true}""", """{"gone":null,"new":1E+2}"""));

    private static string Merge(string target, string patch) =>
        JsonMerge.Apply(RawJson.FromValid(Encoding.UTF8.GetBytes(target)), RawJson.FromValid(Encoding.UTF8.GetBytes(patch))).ToString();
}
