using OrleansRegistry.Objects;

namespace OrleansRegistry.Backups;

/// <summary>What a fault of the place of backups is to a caller. What the store says of buckets, folders and keys is for the log.</summary>
internal static class BackupFaults
{
    public static RegistryException Translate(ObjectStoreException fault)
    {
        return fault.Error switch
        {
            ObjectStoreError.Full => Of(RegistryError.StorageFull, "There is no room left where backups are kept: free some space."),
            ObjectStoreError.TooLarge => Of(RegistryError.TooLarge, "A part is larger than is allowed where backups are kept."),
            ObjectStoreError.Configuration => Of(
                RegistryError.Unavailable,
                $"The place of backups cannot be used as it is set ({BackupSettings.Store}, or the key that encrypts objects); the registry's log says why."),
            _ => Of(RegistryError.Unavailable, "The place of backups cannot be used now; the registry's log says why."),
        };

        RegistryException Of(RegistryError error, string message) => new(error, message, innerException: fault);
    }

    public static RegistryException NotFound(string name) => new(RegistryError.NotFound, $"There is no backup '{LogText.Id(name)}'.");

    public static RegistryException Damaged(string name, IReadOnlyList<string> faults) => new(
        RegistryError.Unreadable,
        $"The backup {name} is damaged: {string.Join("; ", faults.Take(5))}{(faults.Count > 5 ? $" and {faults.Count - 5} more" : "")}. Take another.");

    /// <summary>The temporary file of a copy.</summary>
    public static RegistryException NoTemporaryFile(Exception fault) => new(
        RegistryError.StorageFull,
        "The copy of the database could not be written; the registry's log says why. Free some space where it goes (BACKUP_TEMP_DIR, or the data folder "
            + "that is restored).",
        innerException: fault);
}
