using System.Runtime.InteropServices;
using System.Text.Json;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace OrleansRegistry.Cli;

/// <summary>What a command prints: for people, or as JSON where it is asked for.</summary>
internal sealed class Answer(Terminal terminal, bool isJson) : IDisposable
{
    private readonly BufferedStream output = new(terminal.Output, 64 * 1024);

    public bool IsJson { get; } = isJson;

    /// <summary>A line for people.</summary>
    /// <param name="text">Control characters in it are escaped.</param>
    public void Line(string text) => Render(new Paragraph(PlainText.Of(text)) { Overflow = Overflow.Fold });

    /// <summary>A table for people.</summary>
    public void Table(TextTable table) => Render(table.Build());

    /// <summary>Bytes, as they are.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes) => output.Write(bytes);

    /// <summary>One JSON document, as it is.</summary>
    public void Document(ReadOnlySpan<byte> json)
    {
        output.Write(json.TrimEnd(" \r\n\t"u8));
        output.WriteByte((byte)'\n');
    }

    public void Document(JsonElement json) => Document(JsonMarshal.GetRawUtf8Value(json));

    /// <summary>One JSON document.</summary>
    public void Document(Action<Utf8JsonWriter> write)
    {
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }

    /// <summary>One of a stream of JSON documents: a line, sent at once.</summary>
    public async Task LineOfAsync(Action<Utf8JsonWriter> write)
    {
        Document(write);
        await FlushAsync();
    }

    /// <summary>A list in one document, written as it comes: <c>{"agents":[…],"count":2}</c>.</summary>
    public ListWriter List(string name) => new(output, name);

    public Task FlushAsync() => output.FlushAsync();

    /// <summary>Sends what is left. The terminal's stream stays open.</summary>
    public void Dispose() => output.Flush();

    private void Render(IRenderable renderable)
    {
        // Spectre pads cells to the width of their column, the last one too.
        using var text = new StringWriter();
        terminal.OutputConsole(text).Write(renderable);
        using var writer = new StreamWriter(output, leaveOpen: true);
        foreach (var line in text.ToString().TrimEnd('\n').Split('\n'))
        {
            writer.WriteLine(line.TrimEnd());
        }
    }
}

/// <summary>A list in one JSON document, whose entries are written as the bytes that they came as.</summary>
internal sealed class ListWriter
{
    private readonly Stream output;
    private long count;

    public ListWriter(Stream output, string name)
    {
        this.output = output;
        output.Write(JsonSerializer.SerializeToUtf8Bytes(name) is var quoted ? [(byte)'{', .. quoted, .. ":["u8] : []);
    }

    public void Add(JsonElement entry)
    {
        output.Write(count++ == 0 ? "\n"u8 : ",\n"u8);
        output.Write(JsonMarshal.GetRawUtf8Value(entry));
    }

    public void Add(Action<Utf8JsonWriter> write)
    {
        output.Write(count++ == 0 ? "\n"u8 : ",\n"u8);
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
    }

    public void End(Action<Utf8JsonWriter>? more = null)
    {
        output.Write("\n],"u8);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("count", count);
            more?.Invoke(json);
            json.WriteEndObject();
        }

        output.Write(buffer.GetBuffer().AsSpan(1, (int)buffer.Length - 1));
        output.WriteByte((byte)'\n');
    }
}
