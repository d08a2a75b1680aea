using System.Text;

namespace OrleansRegistry.Tests;

public sealed class ArtifactTests
{
    [Fact]
    public void Chunks_are_added_and_anything_else_takes_the_place()
    {
        var whole = ArtifactLog.Fold(
        [
            Entry("""{"artifactId":"a","name":"Á","parts":[{"text":"1"}],"n":1.0}"""),
            Entry("""{"artifact_id":"b","parts":[{"text":"x"}]}""", append: true),
            Entry("""{"artifactId":"a","name":"B","metadata":{"y":2,"x": 1.0},"parts":[{"text":"2"},{"data":{"k": 2.50}}]}""", append: true),
            Entry("""{"artifactId":"a","name":null,"description":"later","metadata":{"y":[3],"z":null},"parts":[{"text":"3"}]}""", append: true),
            Entry("""{"artifactId":"c","parts":[{"text":"old"}]}"""),
            Entry("""{"artifactId":"c","parts":[{"text":"new"}]}""", last: true),
        ]);
        Assert.Equal(
            [
                """{"artifactId":"a","name":"B","parts":[{"text":"1"},{"text":"2"},{"data":{"k": 2.50}},{"text":"3"}],"n":1.0"""
                    + ""","description":"later","metadata":{"y":[3],"x":1.0,"z":null}}""",
                """{"artifact_id":"b","parts":[{"text":"x"}]}""",
                """{"artifactId":"c","parts":[{"text":"new"}]}""",
            ],
            whole.Select(artifact => artifact.ToString()));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void An_entry_gives_back_what_was_sent(bool append, bool last)
    {
        var sent = new TaskArtifact(RawJson.FromValid(""" {"artifactId":"é\u00e9", "parts":[{"text":"x"}]} """u8.ToArray()), append, last);
        var kept = ArtifactLog.FromEntry(ArtifactLog.Entry(sent));
        Assert.Equal((append, last, sent.Json.ToString().Trim()), (kept.Append, kept.LastChunk, kept.Json.ToString()));
        Assert.Equal("éé", ArtifactLog.IdOfEntry(ArtifactLog.Entry(sent)));
    }

    [Theory]
    [InlineData("""{"parts":[{"text":"x"}]}""", "artifact.artifactId")]
    [InlineData("""{"artifactId":"a"}""", "artifact.parts")]
    [InlineData("""{"artifactId":"a","parts":[{"text":"x"}],"extensions":3}""", "artifact.extensions")]
    [InlineData("3", "artifact")]
    public void A_wrong_one_is_refused_with_its_field(string json, string field) => Assert.Equal(
        field, Assert.Throws<RegistryException>(() => ArtifactLog.Read(new ArtifactUpdate(Encoding.UTF8.GetBytes(json)), "artifact", new TaskRules()))
            .Field);

    [Theory]
    [InlineData("", """{"a":1}""", """{"a":1}""")]
    [InlineData("""{"a": 1.0 , "é":{"x":1}}""", """{"b":2}""", """{"a":1.0,"é":{"x":1},"b":2}""")]
    [InlineData("""{"a":1,"b":2}""", """{"a":null,"c":[ ]}""", """{"a":null,"b":2,"c":[ ]}""")]
    [InlineData("""{"\u0061":1}""", """{"a":2}""", """{"\u0061":2}""")]
    [InlineData("""{"a":{"deep":1}}""", """{"a":{"other":2}}""", """{"a":{"other":2}}""")]
    [InlineData("{}", "{}", "{}")]
    public void Merging_takes_new_members_and_keeps_the_bytes_of_the_others(string target, string changes, string merged) =>
        Assert.Equal(merged, JsonObjects.Merge(Json(target), Json(changes), "data").ToString());

    [Fact]
    public void Items_of_an_array_keep_their_bytes()
    {
        RawJson[] items = [Json("""{"a": 1.0}"""), Json("2"), Json("\"é\"")];
        Assert.Equal(items, JsonObjects.Items(JsonObjects.Array(items)));
        Assert.Empty(JsonObjects.Items(JsonObjects.Array([])));
    }

    private static RawJson Json(string json) => RawJson.FromValid(Encoding.UTF8.GetBytes(json));

    private static RawJson Entry(string json, bool append = false, bool last = false) =>
        ArtifactLog.Entry(new TaskArtifact(Json(json), append, last));
}
