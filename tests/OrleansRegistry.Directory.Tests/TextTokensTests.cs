namespace OrleansRegistry.Directory.Tests;

public sealed class TextTokensTests
{
    [Theory]
    [InlineData("Weather forecasts", "weather forecast")]
    [InlineData("generate generating generated generates", "generat generat generat generat")]
    [InlineData("boxes, parties; classes. glass status", "box part class glass status")]
    [InlineData("running ran planned", "run ran plan")]
    [InlineData("weatherAgent HTTPServer", "weatheragent weather agent httpserver http server")]
    [InlineData("draw.io snake_case-id", "draw io snak cas id")]
    [InlineData("gpt4 v1.0", "gpt4 v1 0")]
    [InlineData("Größe Straße Cafe\u0301 Ærø", "gross strass caf aero")]
    [InlineData("翻新厨房", "翻新 新厨 厨房")]
    [InlineData("新", "新")]
    [InlineData("スキルabc", "スキ キル abc")]
    [InlineData("한국어", "한국 국어")]
    [InlineData("Погода в Москве", "погода в москве")]
    [InlineData("  … !? 🙂 ", "")]
    [InlineData("", "")]
    public void Text_is_cut_into_words_without_endings_and_accents(string text, string tokens) =>
        Assert.Equal(tokens, string.Join(' ', TextTokens.Of(text)));

    [Fact]
    public void Each_token_tells_what_of_the_text_it_is()
    {
        const string Text = "Plans trips, 厨房 too: weatherAgent";
        TextTokens.Read(Text, Text, static (text, token, range) =>
        {
            var source = text.Substring(range.Start, range.Length);
            Assert.StartsWith(token[..Math.Min(3, token.Length)].ToString(), source.ToLowerInvariant(), StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("expense", "expence", true)]
    [InlineData("invoice", "invocie", true)]
    [InlineData("github", "githb", true)]
    [InlineData("github", "gitthub", true)]
    [InlineData("github", "github", false)]
    [InlineData("github", "gitlab", false)]
    [InlineData("github", "hgitub", false)]
    [InlineData("github", "githubs", true)]
    [InlineData("github", "gthub", true)]
    public void Words_are_one_typo_apart_or_not(string one, string other, bool are)
    {
        Assert.Equal(are, OneApart(one).Contains(other));
        Assert.Equal(are, OneApart(other).Contains(one));
    }

    private static HashSet<string> OneApart(string word)
    {
        var words = new HashSet<string>(StringComparer.Ordinal);
        Typos.Visit(word, "abcdefghijklmnopqrstuvwxyz", words, static (words, other) => words.Add(other.ToString()));
        return words;
    }

    [Fact]
    public void A_word_that_never_ends_is_cut()
    {
        Assert.All(TextTokens.Of(new string('x', 100_000)), token => Assert.InRange(token.Length, 1, 48));
        Assert.All(TextTokens.Of(new string('é', 100_000)), token => Assert.InRange(token.Length, 1, 48));
    }
}
