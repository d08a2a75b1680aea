namespace OrleansRegistry.Storage;

/// <summary>Keeps entries of one kind, of which callers or an outage could make any number, from flooding the log: a few each ten seconds.</summary>
internal sealed class LogPace(TimeProvider time)
{
    private const int Most = 10;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private long began;
    private int written;
    private int left;

    /// <param name="entry">Writes the entry, unless there were enough; is told how many before it were left out.</param>
    public void Write(Action<int> entry)
    {
        int leftOut;
        lock (gate)
        {
            if (written == 0 || time.GetElapsedTime(began) >= Period)
            {
                (began, written) = (time.GetTimestamp(), 0);
            }

            if (written == Most)
            {
                left++;
                return;
            }

            written++;
            (leftOut, left) = (left, 0);
        }

        entry(leftOut);
    }
}
