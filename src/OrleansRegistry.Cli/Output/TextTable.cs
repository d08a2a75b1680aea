using Spectre.Console;

namespace OrleansRegistry.Cli;

/// <summary>A table for people: a heading each, and no lines, so that what <c>grep</c> finds is a whole row.</summary>
internal sealed class TextTable(params string[] headings)
{
    private readonly List<Cell[]> rows = [];

    public int Rows => rows.Count;

    public void Add(params Cell[] cells) => rows.Add(cells);

    public Table Build()
    {
        var table = new Table { Border = TableBorder.None, ShowHeaders = headings.Any(heading => heading.Length > 0) };
        for (var i = 0; i < headings.Length; i++)
        {
            table.AddColumn(new TableColumn(new Text(headings[i], new Style(decoration: Decoration.Bold)))
            {
                Padding = new Padding(0, 0, i == headings.Length - 1 ? 0 : 2, 0),
                NoWrap = i == 0,
            });
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Text(cell.Text, cell.Style)));
        }

        return table;
    }
}

/// <summary>What is in one place of a table.</summary>
internal readonly record struct Cell(string Text, Style? Style = null)
{
    public static implicit operator Cell(string? text) => new(PlainText.Of(text));

    public static implicit operator Cell(long number) => new(number.ToString("N0", System.Globalization.CultureInfo.InvariantCulture));

    public static Cell Of(string? text, Color colour) => new(PlainText.Of(text), new Style(colour));

    /// <summary>Text in one line of at most so many characters.</summary>
    public static Cell Short(string? text, int most) => new(PlainText.Short(text, most));

    /// <summary>A time of the registry, <c>2026-11-28T18:19:04.123Z</c>, to the second.</summary>
    public static Cell Time(string? time) => new(Times.Short(time), new Style(Color.Grey));
}
