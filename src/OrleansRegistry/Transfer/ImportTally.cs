namespace OrleansRegistry.Transfer;

/// <summary>What became of the lines of one import so far.</summary>
internal sealed class ImportTally(bool skipFaults, IProgress<TransferProgress>? progress)
{
    private const int MaxFaults = 1_000;

    private readonly List<ImportFault> faults = [];
    private readonly Dictionary<string, long> told = new(StringComparer.Ordinal);
    private long faultCount;
    private long created;
    private long replaced;
    private long same;
    private long kept;
    private long newVersions;
    private long reported;

    /// <summary>How many records of each kind the lines told, whatever became of them.</summary>
    public IReadOnlyDictionary<string, long> Told => told;

    public bool HasFaults => faultCount > 0;

    public ImportReport Report => new(created, replaced, same, kept, newVersions, [.. faults.OrderBy(fault => fault.Line)], faultCount);

    private long Done => created + replaced + same + kept + faultCount;

    /// <exception cref="RegistryException">The import does not go on after a wrong line.</exception>
    public void Fault(long line, string reason)
    {
        if (!skipFaults)
        {
            throw new RegistryException(
                RegistryError.Invalid,
                $"Line {line}: {reason.TrimEnd('.')}. The import stopped there; what came before stays.");
        }

        faultCount++;
        if (faults.Count < MaxFaults)
        {
            faults.Add(new ImportFault(line, reason));
        }
    }

    /// <param name="plural">The kind, as counts call it.</param>
    public void Tell(string plural, long difference) => told[plural] = told.GetValueOrDefault(plural) + difference;

    public void Count(CheckedLine line, ImportedRecord imported)
    {
        switch (imported.Result)
        {
            case ImportResult.Created:
                created++;
                break;
            case ImportResult.Replaced:
                replaced++;
                break;
            case ImportResult.Same:
                same++;
                return;
            case ImportResult.Kept:
                kept++;
                return;
            default:
                Fault(line.Number, imported.Refusal!.Message);
                return;
        }

        if (line.Line!.Version > 0 && line.Kind == TransferKind.Agents && imported.Version != line.Line.Version)
        {
            newVersions++;
        }
    }

    public void ReportProgress(bool isLast = false)
    {
        if (progress is not null && (isLast || Done - reported >= 1_000))
        {
            reported = Done;
            progress.Report(new TransferProgress(Done, null, null));
        }
    }
}
