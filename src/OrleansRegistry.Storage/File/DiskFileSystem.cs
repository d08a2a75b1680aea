using Microsoft.Win32.SafeHandles;

namespace OrleansRegistry.Storage.Files;

/// <summary>The real disk.</summary>
internal sealed class DiskFileSystem : IFileSystem
{
    private const FileShare Share = FileShare.ReadWrite | FileShare.Delete;

    public ILogFile Create(string path) => new DiskFile(File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, Share));

    public ILogFile Open(string path, bool writable) =>
        new DiskFile(File.OpenHandle(path, FileMode.Open, writable ? FileAccess.ReadWrite : FileAccess.Read, Share));

    public void Rename(string from, string to) => File.Move(from, to);

    public void Delete(string path) => File.Delete(path);

    public void FlushDirectory(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            using var directory = UnixFile.OpenForReading(path);
            RandomAccess.FlushToDisk(directory);
        }
    }

    private sealed class DiskFile(SafeFileHandle handle) : ILogFile
    {
        public long Length => RandomAccess.GetLength(handle);

        public int Read(Span<byte> buffer, long offset)
        {
            var total = 0;
            while (total < buffer.Length)
            {
                var read = RandomAccess.Read(handle, buffer[total..], offset + total);
                if (read == 0)
                {
                    break;
                }

                total += read;
            }

            return total;
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(handle, bytes, offset);

        public void Flush() => RandomAccess.FlushToDisk(handle);

        public void Truncate(long length) => RandomAccess.SetLength(handle, length);

        public void Dispose() => handle.Dispose();
    }
}
