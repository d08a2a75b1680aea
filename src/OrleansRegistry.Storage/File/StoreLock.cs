using System.Globalization;
using System.Text;

namespace OrleansRegistry.Storage.Files;

/// <summary>Keeps other processes, and other stores of this one, off the folder. The system releases it when the process ends in any way.</summary>
internal sealed class StoreLock : IDisposable
{
    private const int PidWidth = 20;

    private readonly FileStream file;

    private StoreLock(FileStream file) => this.file = file;

    /// <exception cref="StoreStartException">Another process has the folder, or it cannot be written to.</exception>
    public static StoreLock Take(string folder)
    {
        var path = Path.Combine(folder, "LOCK");
        FileStream? file = null;
        try
        {
            // Windows enforces even Read against other writers; Unix knows only None as exclusive.
            file = new FileStream(
                path, FileMode.OpenOrCreate, FileAccess.ReadWrite, OperatingSystem.IsWindows() ? FileShare.Read : FileShare.None, bufferSize: 0);
            file.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture).PadRight(PidWidth)));
            return new StoreLock(file);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new StoreStartException(
                $"The data folder {folder} cannot be written to ({denied.Message}). Give this user the right to, or name another folder.", denied);
        }
        catch (IOException fault)
        {
            file?.Dispose();
            throw file is null && HolderOf(path) is { } holder
                ? new StoreStartException(
                    $"The data folder {folder} is in use by {holder}. Only one process at a time may serve it: stop that one, or name another folder.", fault)
                : new StoreStartException(
                    $"The data folder {folder} cannot be written to ({fault.Message}). Make it writable and free some space, or name another folder.", fault);
        }
    }

    public void Dispose() => file.Dispose();

    /// <summary>Who holds the lock; null where that is not why it could not be taken.</summary>
    private static string? HolderOf(string path)
    {
        if (!File.Exists(path) || Directory.Exists(path))
        {
            return null;
        }

        try
        {
            using var handle = OperatingSystem.IsWindows()
                ? File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite)
                : UnixFile.OpenForReading(path);
            var bytes = new byte[PidWidth];
            var pid = Encoding.ASCII.GetString(bytes, 0, RandomAccess.Read(handle, bytes, 0)).Trim();
            return pid.Length > 0 ? $"process {pid}" : "another process";
        }
        catch (IOException)
        {
            return null;
        }
    }
}
