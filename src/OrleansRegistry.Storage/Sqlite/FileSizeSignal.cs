using System.Runtime.InteropServices;

namespace OrleansRegistry.Storage.Sqlite;

/// <summary>
/// Turns the signal that ends a process which writes beyond its file size limit (ulimit -f) into the error that the write then returns,
/// so that such a limit is met as a full disk is.
/// </summary>
internal static class FileSizeSignal
{
    // SIGXFSZ, of which .NET has no name; the same on Linux and macOS.
    private const PosixSignal FileSizeExceeded = (PosixSignal)25;

    /// <returns>What to dispose when no more is written; null on Windows, which has no such signal.</returns>
    public static IDisposable? Ignore() =>
        OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(FileSizeExceeded, signal => signal.Cancel = true);
}
