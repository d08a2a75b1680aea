using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Cli.Data;

internal sealed class MigrateCommand : RegistryCommand
{
    private readonly Argument<string> from = new("from") { Description = "The store with the data: a folder, a PostgreSQL URL, or 'env'." };
    private readonly Argument<string> to = new("to") { Description = "The store that is to hold it; it may be new." };
    private readonly Option<bool> finish = new("--finish")
    {
        Description = "Nobody writes to the first store any more: copies the rest, and compares both.",
    };

    private readonly Option<bool> compare = new("--compare") { Description = "Copies nothing: reads both stores whole and compares them." };
    private readonly Option<bool> replace = new("--replace") { Description = "The second store may hold something else, which goes." };

    public MigrateCommand()
        : base(
            "migrate",
            "Copies all that one store holds into another. Run again, also after it was killed, it copies what is missing. The way back is the same with the "
                + "stores swapped.",
            "registry migrate ./data postgresql://registry@db/registry             # as often as you like; then stop the registry, and:",
            "registry migrate ./data postgresql://registry@db/registry --finish    # both hold the same now: start the registry on the second",
            "registry migrate ./data postgresql://registry@db/registry --compare")
    {
        Add(from);
        Add(to);
        Add(finish);
        Add(compare);
        Add(replace);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        if (call.HasUrl || call.Get(call.Options.Store) is not null)
        {
            throw CliException.Usage("migrate takes the two stores as words, and neither --url nor --store.");
        }

        if (call.Get(finish) && call.Get(compare))
        {
            throw CliException.Usage("--finish and --compare exclude each other.");
        }

        await using var source = await OpenStore.OpenAsync(call, call.Get(from), StoreUse.Existing, readOnly: true);
        await using var target = await OpenStore.OpenAsync(call, call.Get(to), call.Get(compare) ? StoreUse.Existing : StoreUse.MayCreate);
        using var loggers = Loggers.Create(call);
        var migration = new RegistryMigration(source.Store, target.Store, loggers.CreateLogger<RegistryMigration>());
        if (call.Get(compare))
        {
            return Print(call, await call.WithProgressAsync("comparing", _ => migration.VerifyAsync(call.Cancellation)));
        }

        if (call.Get(finish))
        {
            return Print(call, await call.WithProgressAsync(
                "finishing", meter => migration.FinishAsync(call.Get(replace), new Passes(meter), call.Cancellation)));
        }

        var passes = await call.WithProgressAsync("copying", async meter =>
        {
            var passes = new Passes(meter);
            await migration.CopyAsync(call.Get(replace), passes, call.Cancellation);
            return passes;
        });
        Print(call, passes);
        return ExitCode.Done;
    }

    private static void Print(CommandCall call, Passes passes)
    {
        if (call.IsJson)
        {
            call.Answer.Document(json =>
            {
                json.WriteNumber("copied", passes.Copied);
                json.WriteNumber("passes", passes.Count);
            });
            return;
        }

        call.Answer.Line(string.Create(CultureInfo.InvariantCulture, $"copied {passes.Copied:N0} records in {passes.Count} passes"));
        call.Terminal.WriteNote("Stop what writes to the first store, and run the same with --finish.");
    }

    private static ExitCode Print(CommandCall call, MigrationReport report)
    {
        if (call.IsJson)
        {
            call.Answer.Document(json =>
            {
                json.WriteBoolean("matches", report.Matches);
                json.WriteBoolean("keepsRevisions", report.KeepsRevisions);
                json.WriteString("sha256", report.Target.Sha256);
                json.WriteStartObject("counts");
                foreach (var (kind, count) in report.Target.Counts)
                {
                    json.WriteNumber(kind, count);
                }

                json.WriteEndObject();
            });
        }
        else if (report.Matches)
        {
            var revisions = report.KeepsRevisions ? "" : "; agents have other revisions in the second";
            call.Answer.Line($"both hold the same: {Counts(report.Target)}{revisions}");
        }

        if (!report.Matches)
        {
            call.Terminal.WriteError(
                $"The stores differ: the first holds {Counts(report.Source)}, the second {Counts(report.Target)}. Stop what writes to them, and run "
                    + "migrate with --finish.");
        }

        return report.Matches ? ExitCode.Done : ExitCode.Failed;
    }

    private static string Counts(ExportSummary summary) =>
        string.Join(", ", summary.Counts.Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Value:N0} {count.Key}")));

    /// <summary>Adds up what the passes of a migration copied.</summary>
    private sealed class Passes(Meter meter) : IProgress<MigrationProgress>
    {
        private readonly Dictionary<int, long> copied = [];

        public int Count => copied.Count;

        public long Copied => copied.Values.Sum();

        public void Report(MigrationProgress value)
        {
            copied[value.Pass] = value.Copied;
            meter.Unit = value.Stage == MigrationStage.Verifying ? "compared" : $"in pass {value.Pass}";
            meter.Set(value.Records);
        }
    }
}
