using System.Globalization;
using System.Text;

namespace OrleansRegistry.Storage.Sqlite;

/// <summary>Keeps other processes, and other stores of this one, off the folder. The system releases it when the process ends in any way.</summary>
internal sealed class StoreLock : IDisposable
{
    public const string FileName = "LOCK";

    private const int PidWidth = 20;

    // EWOULDBLOCK of Linux and macOS, ERROR_SHARING_VIOLATION of Windows.
    private static readonly HashSet<int> SharingViolations = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream file;

    private StoreLock(FileStream file) => this.file = file;

    /// <exception cref="StoreStartException">Another process has the folder, or it cannot be written to.</exception>
    public static StoreLock Take(string folder)
    {
        var path = Path.Combine(folder, FileName);
        FileStream? taken = null;
        try
        {
            // Windows enforces even Read against other writers; Unix knows only None as exclusive.
            var options = new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = OperatingSystem.IsWindows() ? FileShare.Read : FileShare.None,
                BufferSize = 0,
            };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            taken = new FileStream(path, options);
            taken.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture).PadRight(PidWidth)));
            return new StoreLock(taken);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new StoreStartException(
                $"The data folder {folder} cannot be written to ({denied.Message}). Give this user the right to, or name another folder.", denied);
        }
        catch (IOException fault)
        {
            taken?.Dispose();
            throw SharingViolations.Contains(fault.HResult)
                ? new StoreStartException(
                    $"The data folder {folder} is in use by {HolderOf(path)}. "
                        + "Only one process at a time may serve it: stop that one, or name another folder.", fault)
                : new StoreStartException(
                    $"The data folder {folder} cannot be written to ({fault.Message}). "
                        + "Make it writable and free some space, or name another folder.", fault);
        }
    }

    public void Dispose() => file.Dispose();

    private static string HolderOf(string path)
    {
        try
        {
            using var handle = OperatingSystem.IsWindows()
                ? File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite)
                : UnixFile.OpenForReading(path);
            var bytes = new byte[PidWidth];
            var pid = Encoding.ASCII.GetString(bytes, 0, RandomAccess.Read(handle, bytes, 0)).Trim();
            return pid.Length > 0 ? $"process {pid}" : "another process";
        }
        catch (IOException unreadable)
        {
            return $"another process (its id could not be read: {unreadable.Message})";
        }
    }
}
