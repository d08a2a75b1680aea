namespace OrleansRegistry.Storage.Files;

/// <summary>The words for a log that cannot be trusted.</summary>
internal static class LogDamage
{
    public static StoreStartException At(string path, long offset, string what) => new(
        $"{path} is damaged at offset {offset}: {what}. Nothing was changed on disk. "
        + "Put the file back from a backup of the whole folder, or move the folder away to begin anew.");

    public static StoreStartException Missing(string path, string why) => new(
        $"{path} is missing: {why}. Nothing was changed on disk. Put the file back from a backup of the whole folder.");
}
