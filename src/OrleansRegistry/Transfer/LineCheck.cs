using System.Text.Json;

namespace OrleansRegistry.Transfer;

/// <summary>A line of an import, checked as far as it can be by itself.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Kind">Null for a page.</param>
/// <param name="Line">Null for a line that is wrong, or the last of the file.</param>
/// <param name="Fault">What is wrong with it; else null.</param>
internal sealed record CheckedLine(long Number, TransferKind? Kind, RecordLine? Line, string? Fault = null)
{
    public TransferHead? Head { get; init; }

    public LogPage? Page { get; init; }

    /// <summary>Set for the last line.</summary>
    public ExportTrailer? Trailer { get; init; }

    /// <summary>It comes from a system that knew no times and owners: an agent that has the same card already is the same.</summary>
    public bool IsBare { get; init; }

    /// <summary>It is what is stored, with a change: it takes that place whatever the request says.</summary>
    public bool IsUpdate { get; init; }

    public RecordKey Key => Line!.Key;

    public RecordBody Body => Line!.Body;

    public int Bytes => Line is null ? 0 : Line.Body.Document.Length + Line.Body.Fields.Length;

    public RecordChange ToChange() => new(Key, Line!.Version, Body);
}

/// <summary>Checks lines: what each kind reads, and what this registry takes as an agent.</summary>
internal sealed class LineCheck
{
    private readonly AgentRules rules;

    /// <param name="rules">What was taken once with warnings is taken again.</param>
    public LineCheck(AgentRules rules) => this.rules = rules with { Strict = false };

    /// <exception cref="RegistryException">The card is refused.</exception>
    public AgentCard Card(RawJson card) => rules.Check(card.Utf8).Card;

    public CheckedLine Check(long number, ReadOnlyMemory<byte> line)
    {
        try
        {
            return line.Span.StartsWith(ExportTrailer.Start)
                ? new CheckedLine(number, null, null) { Trailer = ExportTrailer.Read(line) }
                : Check(number, RecordLine.Read(line.Span));
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return new CheckedLine(number, null, null, wrong.Message);
        }
    }

    public CheckedLine Check(long number, RecordLine line)
    {
        try
        {
            Identifiers.CheckTenant(line.Key.Tenant);
            var stored = new StoredRecord(line.Key, Math.Max(1, line.Version), line.Body);
            if (line.Kind == PageKind.Kind.Name)
            {
                return new CheckedLine(number, null, line) { Page = PageKind.Read(stored) };
            }

            var kind = TransferKind.All.FirstOrDefault(kind => kind.Kind.Name == line.Kind)
                ?? throw new JsonException($"this version knows no kind '{RecordLine.Shorten(line.Kind)}'");
            Identifiers.CheckId(line.Key.Id, kind.IdField);
            if (line.IsGone)
            {
                return new CheckedLine(number, kind, line);
            }

            if (kind == TransferKind.Agents)
            {
                // Reads the card itself.
                AgentKind.ReadBesideCard(stored);
                rules.Check(line.Body.Document.Utf8);
                return new CheckedLine(number, kind, line);
            }

            var head = kind.Read(stored) ?? throw new JsonException("it is being deleted: nobody sees it any more");
            return new CheckedLine(number, kind, line) { Head = head };
        }
        catch (Exception wrong) when (wrong is JsonException or RegistryException)
        {
            return new CheckedLine(number, null, null, wrong.Message);
        }
    }
}
