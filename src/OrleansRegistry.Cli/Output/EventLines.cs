using System.Text.Json;

namespace OrleansRegistry.Cli;

/// <summary>Events as they come: for programs a line of JSON each, for people one or more lines with the time.</summary>
internal sealed class EventLines(CommandCall call)
{
    /// <summary>For programs.</summary>
    public Task JsonAsync(string name, JsonElement data) => call.Answer.LineOfAsync(json =>
    {
        json.WriteString("event", name);
        json.WritePropertyName("data");
        json.WriteOneLine(data);
    });

    /// <summary>For people; sent on with <see cref="FlushAsync"/>.</summary>
    public void Add(Cell what, string? text = null)
    {
        var table = new TextTable("", "", "");
        table.Add(Cell.Time(Times.Now(call.Terminal.Time)), what with { Text = what.Text.PadRight(14) }, Cell.Short(text, 1000));
        call.Answer.Table(table);
    }

    public Task FlushAsync() => call.Answer.FlushAsync();
}
