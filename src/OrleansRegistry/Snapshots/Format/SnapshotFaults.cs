namespace OrleansRegistry.Snapshots;

/// <summary>How snapshots that are not what was saved are refused.</summary>
internal static class SnapshotFaults
{
    /// <summary>Persist's IntegrityCheckFailed.</summary>
    public static string HashRule(string expected, string actual) =>
        $"the state is not the one that was saved (IntegrityCheckFailed): its SHA-256 is expected to be {expected}, and is {actual}";

    /// <summary>For a stored snapshot.</summary>
    public static RegistryException Damaged(string snapshotId, string how, string? field = null, Exception? cause = null) => new(
        RegistryError.Unreadable,
        $"The file of snapshot '{LogText.Id(snapshotId)}' is damaged: {how}. Others are not affected; it can be deleted.",
        field,
        cause);
}
