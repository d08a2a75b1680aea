using System.Text;

namespace OrleansRegistry.Directory.Tests;

public sealed class CardDiffTests
{
    [Theory]
    [InlineData("""{"a":1,"b":[1]}""", """{ "b":[1.0], "a":1 }""", "")]
    [InlineData("""{"a":1}""", """{"a":2}""", "/a 1>2")]
    [InlineData("""{"a":1}""", """{"a":"1"}""", "/a 1>\"1\"")]
    [InlineData("""{"a":{"b":null}}""", """{"a":{"c":null}}""", "/a/b null> /a/c >null")]
    [InlineData("""{"a/b~c":1}""", """{}""", "/a~1b~0c 1>")]
    [InlineData("""{"t":["a","b","c"]}""", """{"t":["a","c"]}""", "/t/1 \"b\">")]
    [InlineData("""{"t":["a","c"]}""", """{"t":["a","b","c"]}""", "/t/1 >\"b\"")]
    [InlineData("""{"t":["a"]}""", """{"t":"a"}""", "/t [\"a\"]>\"a\"")]
    [InlineData("""{"s":[{"id":"x","n":1},{"id":"y"}]}""", """{"s":[{"id":"y"},{"id":"x","n":2}]}""", "/s/1/n 1>2")]
    [InlineData("""{"s":[{"id":"x"},{"id":"y"}]}""", """{"s":[{"id":"z"},{"id":"y"}]}""", "/s/0 {\"id\":\"x\"}> /s/0 >{\"id\":\"z\"}")]
    [InlineData("""{"s":[{"id":"x"},{"id":"x","n":1}]}""", """{"s":[{"id":"x"}]}""", "/s/1 {\"id\":\"x\",\"n\":1}>")]
    [InlineData("""{"s":[]}""", """{"s":[{"id":"x"}]}""", "/s/0 >{\"id\":\"x\"}")]
    public void Differences_are_told_by_their_places(string before, string after, string expected) => Assert.Equal(
        expected, string.Join(' ', CardDiff.Of(Raw(before), Raw(after)).Select(change => $"{change.Path} {change.Before}>{change.After}")));

    private static RawJson Raw(string json) => RawJson.FromValid(Encoding.UTF8.GetBytes(json));
}
