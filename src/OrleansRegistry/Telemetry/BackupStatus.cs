namespace OrleansRegistry.Telemetry;

/// <summary>The newest backup that this process knows of, for whoever watches over it. Whoever makes backups, or finds some, reports here.</summary>
internal sealed class BackupStatus
{
    private readonly Lock gate = new();
    private Backup? last;
    private long made;
    private long failed;

    /// <summary>The newest one; null where none is known.</summary>
    public Backup? Last
    {
        get
        {
            lock (gate)
            {
                return last;
            }
        }
    }

    /// <summary>How many backups this process made.</summary>
    public long Made => Interlocked.Read(ref made);

    /// <summary>How many it could not make.</summary>
    public long NotMade => Interlocked.Read(ref failed);

    /// <summary>A backup was made.</summary>
    public void Succeeded(DateTimeOffset at, long bytes)
    {
        Found(at, bytes);
        Interlocked.Increment(ref made);
    }

    /// <summary>A backup could not be made.</summary>
    public void Failed() => Interlocked.Increment(ref failed);

    /// <summary>There is a backup, whoever made it. An older one than is known changes nothing.</summary>
    public void Found(DateTimeOffset at, long bytes)
    {
        lock (gate)
        {
            last = last is { } known && known.At > at ? known : new Backup(at, bytes);
        }
    }

    /// <param name="Bytes">What it takes where it lies.</param>
    internal sealed record Backup(DateTimeOffset At, long Bytes);
}
