using System.Text.Json.Nodes;

namespace OrleansRegistry.Directory.Tests.Vectors;

public sealed class CardTextsTests
{
    [Fact]
    public void Name_with_description_and_each_skill_are_texts_of_their_own()
    {
        var pieces = CardTexts.Of(Card("Sky", " Tells of the weather. ", """
            {"id":"radar","name":"Rain radar","description":"Shows rain.","examples":["Will it rain?"],"tags":["never"]},{"id":"by-id"}
            """));
        Assert.Equal(
            [
                new CardPiece("description", "Sky. Tells of the weather"),
                new CardPiece("skills[0]", "Rain radar. Shows rain. Will it rain?"),
                new CardPiece("skills[1]", "by-id"),
            ],
            pieces);
    }

    [Fact]
    public void A_skill_whose_name_is_white_space_goes_by_its_id() =>
        Assert.Equal("radar. Shows rain", CardTexts.Of(Card("Sky", null, """{"id":"radar","name":" ","description":"Shows rain"}"""))[1].Text);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(7, 8)]
    [InlineData(8, 5)]
    [InlineData(14, 8)]
    [InlineData(15, 6)]
    [InlineData(100, 8)]
    public void Many_skills_share_texts_with_their_neighbours_and_none_is_left_out(int skills, int texts)
    {
        var pieces = CardTexts.Of(Card("Sky", null, string.Join(',', Enumerable.Range(0, skills).Select(i => $$"""{"id":"s{{i}}"}"""))));
        Assert.Equal(texts, pieces.Count);
        Assert.InRange(pieces.Count, 1, CardTexts.Most);
        Assert.Equal(
            Enumerable.Range(0, skills).Select(i => $"s{i}"), pieces.Skip(1).SelectMany(piece => piece.Text.Split(". ")));
        if (skills == 15)
        {
            Assert.Equal(("skills[0]..[2]", "skills[12]..[14]"), (pieces[1].Field, pieces[^1].Field));
        }
    }

    [Fact]
    public void A_text_is_cut_between_characters_and_not_within_one()
    {
        var text = CardTexts.Of(Card("x", new string('a', 7_996) + "😀😀", ""))[0].Text;
        Assert.Equal(7_999, text.Length);
        Assert.Equal('a', text[^1]);
        Assert.Equal(8_000, CardTexts.Of(Card("x", new string('a', 9_000), ""))[0].Text.Length);
    }

    [Fact]
    public void Equal_texts_have_equal_hashes_which_can_be_read_again()
    {
        var (left, right) = (CardTexts.Of(Card("Sky", "rain", "")), CardTexts.Of(Card("Sky ", "rain.", "")));
        Assert.Equal(left[0].Hash, right[0].Hash);
        Assert.NotEqual(left[0].Hash, CardTexts.Of(Card("Sky", "rains", ""))[0].Hash);
        Assert.Equal(left[0].Hash, TextHash.Parse(left[0].Hash.ToString()));
        Assert.Null(TextHash.Parse("rain"));
    }

    private static AgentCard Card(string name, string? description, string skills)
    {
        var card = JsonNode.Parse($$"""{"skills":[{{skills}}]}""")!;
        card["name"] = name;
        card["description"] = description;
        return AgentCard.Read(RawJson.FromValid(System.Text.Encoding.UTF8.GetBytes(card.ToJsonString())));
    }
}
