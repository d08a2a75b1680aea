using OrleansRegistry.Embeddings.Local;

namespace OrleansRegistry.Embeddings.Tests;

public sealed class WordPieceTests
{
    private const int First = 1;
    private const int Last = 2;

    private readonly WordPieces pieces = new(new StringReader("[UNK]\n[CLS]\n[SEP]\nweather\n##s\n##man\n,\n$\n天\nzurich\nun\n##able\r\n"));

    [Theory]
    [InlineData("", new int[0])]
    [InlineData("Weather", new[] { 3 })]
    [InlineData("weathermans", new[] { 3, 5, 4 })]
    [InlineData("weather,Weather", new[] { 3, 6, 3 })]
    [InlineData("$weather", new[] { 7, 3 })]
    [InlineData("天weather天", new[] { 8, 3, 8 })]
    [InlineData("Zürich", new[] { 9 })]
    [InlineData("un\u0000able", new[] { 10, 11 })]
    [InlineData("weatherx", new[] { 0 })]
    [InlineData("x weather", new[] { 0, 3 })]
    public void Words_are_cut_into_the_longest_known_pieces(string text, int[] numbers) =>
        Assert.Equal([First, .. numbers, Last], pieces.Of(text, 16));

    [Fact]
    public void A_text_with_too_many_pieces_is_cut_and_still_ended()
    {
        Assert.Equal([First, 3, 3, Last], pieces.Of("weather weather weather weather", 4));
        Assert.Equal([First, 3, 5, Last], pieces.Of("weathermans", 4));
    }

    [Fact]
    public void A_word_beyond_all_words_is_one_unknown_piece() => Assert.Equal([First, 0, Last], pieces.Of(new string('s', 200), 16));
}
