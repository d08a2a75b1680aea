using System.Text;
using System.Text.Json;

namespace OrleansRegistry.Tests.Transfer;

public sealed class LineWriterTests
{
    [Fact]
    public async Task What_belongs_together_is_taken_back_until_it_is_too_much_to_hold()
    {
        using var output = new MemoryStream();
        using var lines = new LineWriter(output);
        Add(lines, "kept");
        lines.Hold();
        Add(lines, "taken back");
        Assert.True(lines.TryTakeBack());
        lines.Hold();
        for (var i = 0; i < 100; i++)
        {
            Add(lines, new string('x', 50_000));
            await lines.FlushIfFullAsync(CancellationToken.None);
        }

        Assert.False(lines.TryTakeBack());
        Assert.True(output.Length > 4_000_000);
        await lines.FlushAsync(CancellationToken.None);
        Assert.DoesNotContain("taken back", Encoding.UTF8.GetString(output.ToArray()), StringComparison.Ordinal);
        Assert.StartsWith("\"kept\"\n", Encoding.UTF8.GetString(output.ToArray()), StringComparison.Ordinal);
    }

    private static void Add(LineWriter lines, string text) =>
        lines.Add(text, static (Utf8JsonWriter json, string text) => json.WriteStringValue(text));
}
