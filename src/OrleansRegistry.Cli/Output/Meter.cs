namespace OrleansRegistry.Cli;

/// <summary>How far something is. Written by the work, read by what shows it.</summary>
internal sealed class Meter
{
    private long done;
    private long total;

    public long Done => Interlocked.Read(ref done);

    /// <summary>0 where it is not known.</summary>
    public long Total
    {
        get => Interlocked.Read(ref total);
        set => Interlocked.Exchange(ref total, value);
    }

    /// <summary>What is counted, where that is not clear; empty else.</summary>
    public string Unit { get; set; } = "";

    public void Add(long count) => Interlocked.Add(ref done, count);

    public void Set(long count) => Interlocked.Exchange(ref done, count);
}
