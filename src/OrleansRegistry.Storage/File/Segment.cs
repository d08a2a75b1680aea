namespace OrleansRegistry.Storage.Files;

/// <summary>
/// One file of the log in use. It is closed once it was retired and its last reader has released it.
/// </summary>
internal sealed class Segment(ILogFile file, string path, SegmentHeader header, long length)
{
    private long length = length;
    private long liveBytes;
    private int leases = 1;

    public ILogFile File { get; } = file;

    public string Path { get; } = path;

    public SegmentHeader Header { get; } = header;

    public bool IsCompacted => Path.EndsWith(SegmentFiles.CompactedSuffix, StringComparison.Ordinal);

    /// <summary>Where the last committed frame ends. What lies behind it was never acknowledged.</summary>
    public long Length
    {
        get => Volatile.Read(ref length);
        set => Volatile.Write(ref length, value);
    }

    /// <summary>The bytes of the records that the index still points at.</summary>
    public long LiveBytes => Interlocked.Read(ref liveBytes);

    public bool IsEmpty => Length == SegmentHeader.Bytes;

    public void AddLive(int bytes) => Interlocked.Add(ref liveBytes, bytes);

    /// <summary>Keeps the file open until <see cref="Release"/>.</summary>
    /// <returns>False when it is closed already: the index or the list of segments has moved on.</returns>
    public bool TryAcquire()
    {
        var seen = Volatile.Read(ref leases);
        while (seen > 0)
        {
            var before = Interlocked.CompareExchange(ref leases, seen + 1, seen);
            if (before == seen)
            {
                return true;
            }

            seen = before;
        }

        return false;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref leases) == 0)
        {
            File.Dispose();
        }
    }

    /// <summary>Gives up the log's own hold on it. Called once.</summary>
    public void Retire() => Release();
}
