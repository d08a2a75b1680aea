using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OrleansRegistry.Objects.Local;

/// <summary>Makes the names in a folder durable: .NET's own files do not open a folder.</summary>
internal static partial class FolderFlush
{
    private const int ReadOnly = 0;
    private const int NoSuchFile = 2;

    /// <exception cref="DirectoryNotFoundException">It is not there.</exception>
    /// <exception cref="IOException">It cannot be opened or flushed.</exception>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(folder, ReadOnly);
        if (descriptor < 0)
        {
            var message = $"Could not open '{folder}': {Marshal.GetLastPInvokeErrorMessage()}.";
            throw Marshal.GetLastPInvokeError() == NoSuchFile
                ? new DirectoryNotFoundException(message)
                : new IOException(message, Marshal.GetLastPInvokeError());
        }

        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        RandomAccess.FlushToDisk(handle);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);
}
