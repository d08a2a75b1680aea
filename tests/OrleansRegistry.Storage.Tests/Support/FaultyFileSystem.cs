using OrleansRegistry.Storage.Files;

namespace OrleansRegistry.Storage.Tests;

/// <summary>
/// The real disk until it is told to fail. After a crash nothing more reaches it, and <see cref="LoseUnflushed"/> takes away what a loss
/// of power would: the bytes that were written but never flushed.
/// </summary>
internal sealed class FaultyFileSystem : IFileSystem
{
    private readonly DiskFileSystem disk = new();
    private readonly Lock gate = new();
    private readonly Dictionary<string, long> flushed = new(StringComparer.Ordinal);
    private int steps;

    /// <summary>Called before each operation that changes something, with its number from 1, its name and the file; throws to make it fail.</summary>
    public Action<int, string, string> Before { get; set; } = (_, _, _) => { };

    public int Steps => Volatile.Read(ref steps);

    public bool HasCrashed { get; private set; }

    /// <summary>From operation <paramref name="step"/> on, nothing works.</summary>
    public void CrashAt(int step) => Before = (at, _, _) =>
    {
        if (at >= step)
        {
            HasCrashed = true;
            throw new IOException("The machine is off.");
        }
    };

    /// <summary>Cuts every file somewhere between what was flushed and what was written.</summary>
    public void LoseUnflushed(string folder, Random random)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "log-*"))
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
            var length = RandomAccess.GetLength(file);
            if (flushed.TryGetValue(path, out var kept) && kept < length)
            {
                RandomAccess.SetLength(file, random.NextInt64(kept, length + 1));
            }
        }
    }

    public ILogFile Create(string path)
    {
        Step("create", path);
        lock (gate)
        {
            flushed[path] = 0;
        }

        return new FaultyFile(this, disk.Create(path), path);
    }

    public ILogFile Open(string path, bool writable)
    {
        var file = disk.Open(path, writable);
        lock (gate)
        {
            flushed[path] = file.Length;
        }

        return new FaultyFile(this, file, path);
    }

    public void Rename(string from, string to)
    {
        Step("rename", to);
        disk.Rename(from, to);
        lock (gate)
        {
            flushed[to] = flushed[from];
        }
    }

    public void Delete(string path)
    {
        Step("delete", path);
        disk.Delete(path);
    }

    public void FlushDirectory(string path)
    {
        Step("flush folder", path);
        disk.FlushDirectory(path);
    }

    private void Step(string operation, string path) => Before(Interlocked.Increment(ref steps), operation, path);

    private sealed class FaultyFile(FaultyFileSystem owner, ILogFile inner, string createdAs) : ILogFile
    {
        private readonly string path = createdAs.EndsWith(".tmp", StringComparison.Ordinal) ? createdAs[..^4] : createdAs;

        public long Length => inner.Length;

        public int Read(Span<byte> buffer, long offset) => inner.Read(buffer, offset);

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            try
            {
                owner.Step("write", path);
            }
            catch (IOException)
            {
                inner.Write(bytes[..(bytes.Length / 2)], offset);
                throw;
            }

            inner.Write(bytes, offset);
        }

        public void Flush()
        {
            owner.Step("flush", path);
            inner.Flush();
            lock (owner.gate)
            {
                owner.flushed[path] = owner.flushed[path + ".tmp"] = inner.Length;
            }
        }

        public void Truncate(long length)
        {
            owner.Step("truncate", path);
            inner.Truncate(length);
        }

        public void Dispose() => inner.Dispose();
    }
}
