using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrleansRegistry.Abstractions.Tests;

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

    [Fact]
    public void Names_keep_their_spelling_too() => Assert.Equal("""{"\u00e9":2,"ü":1,"/":3}""", Merge("""{"\u00e9":1,"ü":1}""", """{"é":2,"/":3}"""));

    [Fact]
    public void Merging_costs_no_square_of_the_members()
    {
        // The square of 200,000 takes minutes.
        var (old, added) = (Members("a", 200_000), Members("b", 200_000));
        var began = Stopwatch.GetTimestamp();
        Assert.Equal(old.Length + added.Length - 1, JsonMerge.Apply(old, added).Length);
        Assert.Equal(old.Length, JsonMerge.Apply(old, old).Length);
        Assert.Equal(old, JsonObjects.Merge(old, old, "data"));
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void A_merge_is_what_a_merge_by_the_book_is()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var i = 0; i < 200; i++)
        {
            var (target, patch) = (Document(random, 3), Document(random, 3));
            Assert.True(
                JsonNode.DeepEquals(ByTheBook(JsonNode.Parse(target), JsonNode.Parse(patch)), JsonNode.Parse(Merge(target, patch))),
                $"seed {seed}: {target} and {patch}");
        }
    }

    [Fact]
    public void What_was_stored_with_more_members_than_may_be_can_be_changed_but_not_grow()
    {
        var stored = Members("a", JsonInput.MaxMembers + 1);
        Assert.Equal(stored, JsonObjects.Merge(stored, stored, "data"));
        var full = Members("a", JsonInput.MaxMembers);
        foreach (var target in (RawJson[])[stored, full])
        {
            var refusal = Assert.Throws<RegistryException>(() => JsonObjects.Merge(target, Members("b", 1), "data"));
            Assert.Equal((RegistryError.TooLarge, "data"), (refusal.Error, refusal.Field));
        }
    }

    private static RawJson Members(string prefix, int count) =>
        RawJson.FromValid(Encoding.UTF8.GetBytes($"{{{string.Join(',', Enumerable.Range(0, count).Select(i => $"\"{prefix}{i}\":{i}"))}}}"));

    private static string Document(Random random, int depth) => depth == 0 || random.Next(4) == 0
        ? random.Next(3) switch { 0 => "null", 1 => $"{random.Next(9)}", _ => "[1]" }
        : $"{{{string.Join(',', Enumerable.Range(0, 30).Where(_ => random.Next(2) == 0).Select(i => $"\"m{i}\":{Document(random, depth - 1)}"))}}}";

    private static JsonNode? ByTheBook(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes)
        {
            return patch?.DeepClone();
        }

        var result = target is JsonObject ? (JsonObject)target.DeepClone() : [];
        foreach (var (name, value) in changes)
        {
            if (value is null)
            {
                result.Remove(name);
            }
            else
            {
                result[name] = ByTheBook(result[name], value);
            }
        }

        return result;
    }

    private static string Merge(string target, string patch) =>
        JsonMerge.Apply(RawJson.FromValid(Encoding.UTF8.GetBytes(target)), RawJson.FromValid(Encoding.UTF8.GetBytes(patch))).ToString();
}
