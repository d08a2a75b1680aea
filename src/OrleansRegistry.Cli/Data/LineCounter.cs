using System.Text.Json;

namespace OrleansRegistry.Cli.Data;

/// <summary>Passes an export on, and remembers how its last line begins: the record that it can go on after, or the counts at its end.</summary>
internal sealed class LineCounter(Stream output) : Stream
{
    /// <summary>More than the counts take, and the names of a record.</summary>
    private const int Longest = 8 * 1024;

    private readonly List<byte> begun = new(Longest);
    private byte[] last = [];
    private byte[] first = [];

    /// <summary>Gets the count of lines; null where somebody else counts.</summary>
    public Meter? Meter { get; set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The record that the export ended with, which was cut off: what <c>--after</c> takes; null where it has none.</summary>
    public string? LastRecord()
    {
        try
        {
            // The line may be longer than what is kept of it: its names come first.
            var reader = new Utf8JsonReader(last, isFinalBlock: false, state: default);
            var names = new Dictionary<string, string?>(StringComparer.Ordinal);
            while (reader.Read() && names.Count < 3)
            {
                if (reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 } && reader.GetString() is "kind" or "tenant" or "id")
                {
                    var name = reader.GetString()!;
                    reader.Read();
                    names[name] = reader.GetString();
                }
            }

            return names.Count == 3 && names["kind"] is not ("agent" or "page") ? $"{names["kind"]}/{names["tenant"]}/{names["id"]}" : null;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>What the first and the last line tell of a whole export.</summary>
    /// <exception cref="CutOffException">It was cut off.</exception>
    public ExportSummary ReadEnd()
    {
        try
        {
            using var header = JsonDocument.Parse(first);
            using var trailer = JsonDocument.Parse(last);
            if (begun.Count == 0 && trailer.RootElement.Find("end") is { } end && end.Text("sha256") is { } sha256)
            {
                var counts = end.Find("counts")?.EnumerateObject().ToDictionary(count => count.Name, count => count.Value.GetInt64());
                return new ExportSummary(header.RootElement.Number("revision"), counts ?? [], sha256);
            }
        }
        catch (JsonException)
        {
            // Told below.
        }

        throw new CutOffException("its last line is missing", LastRecord());
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Take(buffer);
        output.Write(buffer);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Take(buffer.Span);
        return output.WriteAsync(buffer, cancellationToken);
    }

    public override void Flush() => output.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => output.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Take(ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOf((byte)'\n') is var end and >= 0)
        {
            Keep(bytes[..end]);
            last = [.. begun];
            first = first.Length == 0 ? last : first;
            begun.Clear();
            Meter?.Add(1);
            bytes = bytes[(end + 1)..];
        }

        Keep(bytes);
    }

    private void Keep(ReadOnlySpan<byte> bytes) => begun.AddRange(bytes[..Math.Min(bytes.Length, Longest - begun.Count)]);
}
