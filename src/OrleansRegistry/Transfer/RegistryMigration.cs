using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace OrleansRegistry;

/// <summary>Where a migration is.</summary>
public enum MigrationStage
{
    /// <summary>It copies what the target lacks, while the source serves.</summary>
    Copying,

    /// <summary>It copies the rest. The source takes no more writes.</summary>
    Finishing,

    /// <summary>It compares both.</summary>
    Verifying,
}

/// <summary>How far a migration is.</summary>
/// <param name="Pass">Which look at the whole source this is, from 1.</param>
/// <param name="Records">Records that this pass looked at.</param>
/// <param name="Copied">Of them, those that the target lacked.</param>
public sealed record MigrationProgress(MigrationStage Stage, int Pass, long Records, long Copied);

/// <summary>What is in both stores after a migration.</summary>
/// <param name="Source">What the source holds, as an export tells it.</param>
/// <param name="Target">The same of the target.</param>
/// <param name="KeepsRevisions">Whether agents have the same revisions in both.</param>
public sealed record MigrationReport(ExportSummary Source, ExportSummary Target, bool KeepsRevisions)
{
    /// <summary>Whether both hold the same.</summary>
    public bool Matches => Source.Sha256 == Target.Sha256;
}

/// <summary>
/// Moves all that one store holds into another, while a registry serves from the first. What is copied is found by comparing the two, so a migration that
/// was killed at any moment is run again and goes on. The way back is a migration with the stores swapped.
/// </summary>
/// <remarks>
/// <see cref="CopyAsync"/> may run for as long as it takes, and be repeated. Then the writers of the source are stopped, <see cref="FinishAsync"/> copies
/// the rest and compares, and the registry starts on the target. No registry may run on the target before that.
/// </remarks>
public sealed partial class RegistryMigration(IRecordStore source, IRecordStore target, ILogger<RegistryMigration>? logger = null)
{
    /// <summary>How much a pass may have copied for the next to be the last.</summary>
    private const long Small = 1_000;

    private const int MaxPasses = 10;

    /// <summary>Tells that a target holds a part of a migration: under a name that no page has.</summary>
    private static readonly RecordKey Mark = new("", "migration");

    private readonly ILogger logger = logger ?? NullLogger<RegistryMigration>.Instance;
    private readonly MigrationCopy copy = new(source, target);
    private int passes;

    /// <summary>
    /// Copies what the target lacks, again and again until little changes in the source between two looks. The source is only read, and may be written to
    /// meanwhile.
    /// </summary>
    /// <param name="replace">
    /// Takes a target that holds something else: that is deleted or replaced, in the end. Else the target must be empty, or hold a part of this
    /// migration.
    /// </param>
    /// <exception cref="RegistryException">The target holds something else, or a store cannot be read or written to; it can be run again.</exception>
    public async Task CopyAsync(bool replace = false, IProgress<MigrationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        await BeginAsync(replace, cancellationToken);
        long copied;
        do
        {
            copied = await copy.PassAsync(removes: false, Reporter(progress, MigrationStage.Copying), cancellationToken);
            LogPass(logger, passes, copied, source.Description, target.Description);
        }
        while (copied > Small && passes < MaxPasses);
    }

    /// <summary>
    /// Copies the rest, removes from the target what the source does not hold, and compares all of both. Nobody may write to the source any more.
    /// </summary>
    /// <returns>What both hold. Where it does not match, somebody wrote to a store meanwhile: it can be run again.</returns>
    /// <inheritdoc cref="CopyAsync"/>
    public async Task<MigrationReport> FinishAsync(
        bool replace = false, IProgress<MigrationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        await BeginAsync(replace, cancellationToken);
        var copied = await copy.PassAsync(removes: true, Reporter(progress, MigrationStage.Finishing), cancellationToken);
        LogPass(logger, passes, copied, source.Description, target.Description);
        await copy.RaiseRevisionAsync(cancellationToken);
        Reporter(progress, MigrationStage.Verifying)(0, 0);
        var report = await VerifyAsync(cancellationToken);
        if (report.Matches && await target.ReadAsync(PageKind.Kind, Mark, cancellationToken) is { } mark)
        {
            await target.DeleteAsync(PageKind.Kind, Mark, mark.Version, cancellationToken);
        }

        return report;
    }

    /// <summary>Reads both stores whole and compares what they hold.</summary>
    public async Task<MigrationReport> VerifyAsync(CancellationToken cancellationToken = default)
    {
        var (first, second) = await ExportAsync(withoutRevisions: false, cancellationToken);
        if (first.Sha256 == second.Sha256)
        {
            return new MigrationReport(first, second, KeepsRevisions: true);
        }

        var (source, target) = await ExportAsync(withoutRevisions: true, cancellationToken);
        return new MigrationReport(source, target, KeepsRevisions: false);
    }

    private async Task<(ExportSummary Source, ExportSummary Target)> ExportAsync(bool withoutRevisions, CancellationToken cancellationToken)
    {
        var exports = await Task.WhenAll(((IRecordStore[])[source, target]).Select(store => Task.Run(
            () => new RegistryExporter(store, logger) { WithIndexes = true, WithoutRevisions = withoutRevisions }
                .RunAsync(new ExportRequest(), Stream.Null, progress: null, cancellationToken),
            cancellationToken)));
        return (exports[0], exports[1]);
    }

    /// <summary>Marks the target as a part of this migration, unless it holds something else.</summary>
    private async Task BeginAsync(bool replace, CancellationToken cancellationToken)
    {
        var mark = await target.ReadAsync(PageKind.Kind, Mark, cancellationToken);
        if (mark is null && !replace && await copy.FindAsync(cancellationToken) is { } found)
        {
            throw new RegistryException(
                RegistryError.Conflict,
                $"The {target.Description} is not empty: it holds {found}. Name an empty place, or replace what it holds.");
        }

        var from = RawJson.FromValid(Encoding.UTF8.GetBytes($$"""{"from":{{System.Text.Json.JsonSerializer.Serialize(source.Description)}}}"""));
        if (mark is not null && mark.Body.Document != from && !replace)
        {
            throw new RegistryException(
                RegistryError.Conflict,
                $"The {target.Description} holds a part of another migration, {mark.Body.Document}. Finish that one, name an empty place, or replace what "
                    + "it holds.");
        }

        var body = new RecordBody(from, RawJson.FromValid("{}"u8));
        await target.ImportAsync(PageKind.Kind, [new RecordChange(Mark, 0, body)], replace: true, cancellationToken);
    }

    private Action<long, long> Reporter(IProgress<MigrationProgress>? progress, MigrationStage stage)
    {
        var pass = ++passes;
        return (records, copied) => progress?.Report(new MigrationProgress(stage, pass, records, copied));
    }

    [LoggerMessage(LogLevel.Information, "Migration, pass {Pass}: copied {Copied} records from the {Source} to the {Target}")]
    private static partial void LogPass(ILogger logger, int pass, long copied, string source, string target);
}
