using ADRaffy.ENSNormalize;

namespace OrleansRegistry.Directory.Tests;

public sealed class ComparedTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("Caf\u00e9", "Caf\u00e9")]
    [InlineData("Cafe\u0301", "Caf\u00e9")]
    [InlineData("\u1112\u1161\u11ab", "\ud55c")]
    [InlineData("\u304b\u3099", "\u304c")]
    [InlineData("\u212b", "\u00c5")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]
    [InlineData("\ud83d\ude00e\u0301", "\ud83d\ude00\u00e9")]
    [InlineData("lone \ud800 e\u0301", "lone \ud800 \u00e9")]
    [InlineData("", "")]
    public void Text_is_composed(string text, string expected)
    {
        Assert.Equal(expected, ComparedText.Of(text));
        Assert.Equal(expected, ComparedText.Of(expected));
    }

    [Fact]
    public void A_list_is_composed_and_has_each_once_and_stays_the_same_list_where_it_is_so_already()
    {
        string[] composed = ["a", "\u00e9", "a"];
        Assert.Same(composed, ComparedText.Of(composed));
        Assert.Equal(["\u00e9", "b"], ComparedText.Of(["e\u0301", "b", "\u00e9"]));
    }

    /// <summary>Of what the quick look passes, nothing is changed by what stands before or after it.</summary>
    [Fact]
    public void What_passes_the_quick_look_is_composed_in_every_place()
    {
        var passing = Enumerable.Range(0, 0x20000).Where(point => point is < 0xD800 or > 0xDFFF).Select(char.ConvertFromUtf32)
            .Where(text => ComparedText.IsComposed(text))
            .ToList();
        Assert.True(passing.Count > 30_000);
        foreach (var before in (string[])["", "a", "\u304b", "\uac00", "\u4e00", "\u0418"])
        {
            var all = string.Concat(passing.Select(text => before + text));
            Assert.Equal(all, ENSNormalize.NF.NFC(all));
        }
    }
}
