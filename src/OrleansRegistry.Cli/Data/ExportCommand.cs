using System.CommandLine;
using System.Globalization;
using System.IO.Compression;

namespace OrleansRegistry.Cli.Data;

internal sealed class ExportCommand : RegistryCommand
{
    private const string StandardOutput = "-";

    private readonly Argument<string> file = new("file")
    {
        Description = "Where to: a file, packed where its name ends with .gz, or - for the standard output.",
    };

    private readonly Option<string[]> kinds = new("--kind")
    {
        Description = "agents, versions (cards that agents had), vectors (that callers gave), tasks, contexts, feedback or subscriptions; "
            + "given again, several. All unless given.",
        HelpName = "kind",
        DefaultValueFactory = _ => [],
        CompletionSources = { "agents", "versions", "vectors", "tasks", "contexts", "feedback", "subscriptions", "trust", "reviews" },
    };

    private readonly Option<DateTimeOffset?> since = new("--since") { Description = "Only what changed at this time or later.", HelpName = "time" };
    private readonly Option<string?> after = new("--after")
    {
        Description = "Goes on after this record, which a message about an export that was cut off names.",
        HelpName = "record",
    };

    public ExportCommand()
        : base(
            "export",
            "Writes all that a registry holds as JSON Lines, with ids, times and revisions; with --tenant, of that tenant. It holds secrets.",
            "registry export all.jsonl.gz --store ./data",
            "registry export tasks.jsonl --kind tasks --kind contexts --tenant acme --since 2026-01-31T00:00:00Z",
            "registry export - | wc -l")
    {
        Add(file);
        Add(kinds);
        Add(since);
        Add(after);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var name = call.Get(file);
        var request = new ExportRequest
        {
            Tenant = call.Get(call.Options.Tenant),
            Kinds = call.Get(kinds)!,
            Since = call.Get(since),
            After = call.Get(after),
        };
        await using var from = await TransferSide.OpenAsync(call, StoreUse.Existing, readOnly: true);
        if (name == StandardOutput)
        {
            await call.WithProgressAsync("exporting", meter => CopyAsync(from, request, call.Terminal.Output, meter, call.Cancellation));
            return ExitCode.Done;
        }

        var begun = call.Terminal.Time.GetTimestamp();
        var summary = await call.WithProgressAsync("exporting", meter => WriteAsync(from, request, name, meter, call.Cancellation));
        Print(call, summary, call.Terminal.Time.GetElapsedTime(begun));
        return ExitCode.Done;
    }

    /// <summary>Under another name until it is whole.</summary>
    private static async Task<ExportSummary> WriteAsync(
        TransferSide from, ExportRequest request, string name, Meter meter, CancellationToken cancellation)
    {
        var part = name + ".part";
        try
        {
            ExportSummary summary;
            await using (var output = PrivateFiles.Create(part))
            {
                if (name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
                {
                    await using var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true);
                    summary = await CopyAsync(from, request, gzip, meter, cancellation);
                }
                else
                {
                    summary = await CopyAsync(from, request, output, meter, cancellation);
                }

                output.Flush(flushToDisk: true);
            }

            File.Move(part, name, overwrite: true);
            return summary;
        }
        catch (CutOffException cut) when (cut.LastRecord is not null)
        {
            throw new CliException(
                ExitCode.Unreachable,
                $"The export was cut off ({cut.Message}). What there is of it lies in {part}; --after '{cut.LastRecord}' writes the rest into another file.",
                cut);
        }
        catch when (File.Exists(part))
        {
            File.Delete(part);
            throw;
        }
    }

    private static async Task<ExportSummary> CopyAsync(
        TransferSide from, ExportRequest request, Stream output, Meter meter, CancellationToken cancellation)
    {
        var lines = new LineCounter(output);
        try
        {
            return await from.ExportAsync(request, lines, meter, cancellation);
        }
        catch (HttpIOException cut)
        {
            throw new CutOffException(cut.Message.TrimEnd('.'), lines.LastRecord(), cut);
        }
    }

    private static void Print(CommandCall call, ExportSummary summary, TimeSpan elapsed)
    {
        if (call.IsJson)
        {
            call.Answer.Document(json =>
            {
                json.WriteNumber("revision", summary.Revision);
                json.WriteStartObject("counts");
                foreach (var (kind, count) in summary.Counts)
                {
                    json.WriteNumber(kind, count);
                }

                json.WriteEndObject();
                json.WriteString("sha256", summary.Sha256);
                json.WriteNumber("unreadable", summary.UnreadableCount);
            });
            return;
        }

        var counts = string.Join(", ", summary.Counts.Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Value:N0} {count.Key}")));
        var total = summary.Counts.Values.Sum();
        var rate = string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalSeconds:N1} s, {Rates.Text(total, 0, elapsed)}");
        call.Answer.Line($"exported {counts} at revision {summary.Revision} ({rate})");
        foreach (var reason in summary.Unreadable)
        {
            call.Terminal.WriteNote($"left out: {PlainText.Of(reason)}");
        }
    }
}
