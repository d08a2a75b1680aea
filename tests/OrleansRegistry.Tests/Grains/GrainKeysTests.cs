namespace OrleansRegistry.Tests.Grains;

public sealed class GrainKeysTests
{
    [Theory]
    [InlineData("default", "weather")]
    [InlineData("a", "with/slashes/and spaces")]
    [InlineData("t", "t/t/t")]
    [InlineData("acme.eu", "天気 🌦")]
    [InlineData("a", "0abc+1")]
    public void A_key_gives_back_its_parts(string tenant, string id) =>
        Assert.Equal((tenant, id), GrainKeys.Parse(GrainKeys.For(tenant, id)));

    [Theory]
    [InlineData("weather")]
    [InlineData("t/weather")]
    [InlineData("x/default/weather")]
    public void Any_other_key_is_refused(string key) => Assert.Throws<FormatException>(() => GrainKeys.Parse(key));

    [Fact]
    public void No_two_agents_share_a_key_and_none_reads_as_a_number()
    {
        string[] ids = ["abc", "ABC", "0abc", "1+x", "01+x", "a/b", "a"];
        var keys = ids.SelectMany(id => (string[])[GrainKeys.For("a", id), GrainKeys.For("a.b", id)]).ToArray();
        Assert.Equal(keys.Length, keys.Distinct(StringComparer.OrdinalIgnoreCase).Count() + 2);
        Assert.All(keys, key => Assert.Contains(key.Split('+')[0], c => !char.IsAsciiHexDigit(c)));
    }
}
