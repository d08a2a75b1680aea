namespace OrleansRegistry;

/// <summary>Moves what a registry holds out of it and into it, record by record, with ids, times and versions.</summary>
public interface IRegistryTransfer
{
    /// <summary>Writes all that the request names, as JSON Lines in UTF-8, in memory that does not grow with how much it is.</summary>
    /// <param name="output">Is written to, and neither compressed nor closed.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: the request names no kind of record that there is.</exception>
    Task<ExportSummary> ExportAsync(
        ExportRequest request, Stream output, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads an export, or a file of an older system, and stores what is not there yet. The same file read twice changes nothing the second time.
    /// </summary>
    /// <param name="input">Read to its end; gzip is recognised by its first bytes.</param>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Invalid"/>: it is no export, of a newer version, or cut off, or a line is wrong and the request says to stop there. What
    /// was stored before stays; the same import can be made again.
    /// </exception>
    Task<ImportReport> ImportAsync(
        Stream input, ImportRequest request, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default);
}

/// <summary>What to export.</summary>
public sealed record ExportRequest
{
    /// <summary>Of this tenant alone; null: of all.</summary>
    public string? Tenant { get; init; }

    /// <summary>Any of <c>agents</c>, <c>tasks</c>, <c>contexts</c>, <c>feedback</c>; empty: all.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    /// <summary>Whether keys, users and rules, with hashes of their secrets, are told where <see cref="Kinds"/> names no kinds, and may be named.</summary>
    public bool WithTrust { get; init; } = true;

    /// <summary>
    /// Only what changed at this time or later, and all earlier versions of cards, which do not say when they were replaced; null: all.
    /// </summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>
    /// Goes on after the record of this name (<see cref="TransferProgress.Last"/>), with which an export ended that was cut off: <c>task/acme/t-1</c>. Null:
    /// from the beginning. Agents have no such names, as they are told at one revision: an export that was cut off among them begins anew.
    /// </summary>
    public string? After { get; init; }
}

/// <summary>What an export wrote.</summary>
/// <param name="Revision">The revision at which the agents are told; 0 without agents.</param>
/// <param name="Counts">How many records of each kind, and how many <c>pages</c>.</param>
/// <param name="Sha256">Of all lines before the last, in lower-case hexadecimal digits.</param>
public sealed record ExportSummary(long Revision, IReadOnlyDictionary<string, long> Counts, string Sha256)
{
    /// <summary>Records that were left out, as they cannot be read: the first 1,000, each with its reason.</summary>
    public IReadOnlyList<string> Unreadable { get; init; } = [];

    /// <summary>How many were left out.</summary>
    public long UnreadableCount { get; init; }
}

/// <summary>How to import.</summary>
public sealed record ImportRequest
{
    /// <summary>Checks everything and stores nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Goes on after a line that is wrong.</summary>
    public bool SkipFaults { get; init; }

    /// <summary>What is there with the same id and another content is replaced; else it stays.</summary>
    public bool Replace { get; init; }

    /// <summary>Who owns what comes without an owner, such as agents of an older system, and in which tenant.</summary>
    public required Caller Caller { get; init; }

    /// <summary>What it keeps to; null: to nothing.</summary>
    internal IImportTerms? Terms { get; init; }
}

/// <summary>What an import did.</summary>
/// <param name="Created">Records that were not there.</param>
/// <param name="Replaced">Records that were there with another content.</param>
/// <param name="Same">Records that were there already.</param>
/// <param name="Kept">Records that are there with another content, and stayed as they are.</param>
/// <param name="NewVersions">Agents that did not keep their revisions, as this registry is past them.</param>
/// <param name="Faults">The first 1,000 lines that were wrong.</param>
/// <param name="FaultCount">How many were.</param>
public sealed record ImportReport(
    long Created, long Replaced, long Same, long Kept, long NewVersions, IReadOnlyList<ImportFault> Faults, long FaultCount);

/// <summary>A line that could not be imported.</summary>
/// <param name="Line">Its number, from 1; in a file of an older system that is one document, the number of the entry.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record ImportFault(long Line, string Reason);

/// <summary>How far a transfer is.</summary>
/// <param name="Records">How many records are done.</param>
/// <param name="Total">How many there are in all; null where that is not known.</param>
/// <param name="Last">The name of the last one, to go on after; null while an export is at agents, and in an import.</param>
public sealed record TransferProgress(long Records, long? Total, string? Last);
