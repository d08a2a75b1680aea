using System.Text;
using System.Text.Json;
using OrleansRegistry.Protocol.V03;

namespace OrleansRegistry.Protocol.Tests.V03;

/// <summary>Compares what a translation writes by its values.</summary>
internal static class Shapes
{
    public static void Becomes(this Translation translation, string source, string expected)
    {
        var written = translation.Write(source);
        Assert.True(Same(expected, written), $"expected {expected}{Environment.NewLine}but was  {written}");
    }

    public static string Write(this Translation translation, string source) =>
        Encoding.UTF8.GetString(translation.Apply(Encoding.UTF8.GetBytes(source)).Span);

    public static bool Same(string left, string right)
    {
        using var first = JsonDocument.Parse(left, JsonInput.Stored);
        using var second = JsonDocument.Parse(right, JsonInput.Stored);
        return JsonElement.DeepEquals(first.RootElement, second.RootElement);
    }
}
