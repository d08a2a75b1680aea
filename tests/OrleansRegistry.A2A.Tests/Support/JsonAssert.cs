using System.Text.Json;

namespace OrleansRegistry.A2A.Tests;

internal static class JsonAssert
{
    /// <summary>The values are the same; white space and the order of members do not count.</summary>
    public static void Same(string expected, string actual)
    {
        using var one = JsonDocument.Parse(expected);
        using var other = JsonDocument.Parse(actual);
        Assert.True(JsonElement.DeepEquals(one.RootElement, other.RootElement), $"expected {expected}\nfound    {actual}");
    }
}
