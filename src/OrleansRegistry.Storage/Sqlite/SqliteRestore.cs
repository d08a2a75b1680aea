using System.Globalization;

namespace OrleansRegistry.Storage.Sqlite;

/// <summary>Puts a copy of a database into a data folder that no process serves.</summary>
internal static class SqliteRestore
{
    private const string Suffix = ".restoring";

    /// <summary>Whether there is a database in the folder, or something of one.</summary>
    public static bool IsEmpty(string folder) => !Files(folder).Any(File.Exists);

    /// <summary>Writes the copy beside the place of the database, checks it, and puts it in place.</summary>
    /// <param name="folder">Created where it does not exist.</param>
    /// <param name="replace">Whether a database that is there goes: it is kept under the name that this returns.</param>
    /// <param name="write">Writes the copy into a new file, and checks it; where it throws, the folder stays as it was.</param>
    /// <returns>The name of what was there; null where nothing was.</returns>
    /// <exception cref="StoreStartException">The folder cannot be used, or a process serves it.</exception>
    /// <exception cref="RegistryException"><see cref="RegistryError.Conflict"/>: the folder has a database.</exception>
    public static async Task<string?> RunAsync(string folder, bool replace, Func<string, Task> write, DateTimeOffset now)
    {
        folder = Path.GetFullPath(folder);
        var path = Path.Combine(folder, SqliteDatabase.FileName);
        try
        {
            DataFolder.Create(folder);
            using var held = StoreLock.Take(folder);
            if (!replace && !IsEmpty(folder))
            {
                throw new RegistryException(
                    RegistryError.Conflict,
                    $"The data folder {folder} has a {SqliteDatabase.FileName}: restore into another folder, or say that it may be replaced.");
            }

            var copy = path + Suffix;
            File.Delete(copy);
            try
            {
                DataFolder.CreateFile(folder, Path.GetFileName(copy));
                await write(copy);
                Flush(copy);
                return Replace(folder, path, copy, now);
            }
            finally
            {
                File.Delete(copy);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StoreStartException(
                $"The data folder {folder} cannot be used ({fault.Message}). Make it a folder that this user may read and write, with space left, or "
                    + "name another one.",
                fault);
        }
    }

    /// <summary>
    /// What was there goes first, the database before its log: where this is cut short, the folder has either database or none, and never one with
    /// the log of another.
    /// </summary>
    private static string? Replace(string folder, string path, string copy, DateTimeOffset now)
    {
        string? kept = null;
        if (!IsEmpty(folder))
        {
            kept = $"{SqliteDatabase.FileName}.before-{now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}";
            foreach (var suffix in (string[])["", "-wal", "-shm"])
            {
                if (File.Exists(path + suffix))
                {
                    File.Move(path + suffix, Path.Combine(folder, kept) + suffix, overwrite: true);
                }
            }

            DataFolder.FlushNames(folder);
        }

        File.Move(copy, path);
        DataFolder.FlushNames(folder);
        return kept;
    }

    private static IEnumerable<string> Files(string folder) =>
        ((string[])["", "-wal"]).Select(suffix => Path.Combine(folder, SqliteDatabase.FileName + suffix));

    private static void Flush(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
    }
}
