using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Storage;

/// <summary>Keeps entries of one kind, of which callers or an outage could make any number, from flooding the log: a few each ten seconds.</summary>
internal sealed partial class LogPace(TimeProvider time, ILogger logger)
{
    private const int Most = 10;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private long began;
    private int written;
    private int left;

    /// <param name="entry">Writes the entry; not called where there were enough.</param>
    public void Write(Action entry)
    {
        int leftOut;
        lock (gate)
        {
            if (written == 0 || time.GetElapsedTime(began) >= Period)
            {
                began = time.GetTimestamp();
                written = 0;
            }

            if (written == Most)
            {
                left++;
                return;
            }

            written++;
            leftOut = left;
            left = 0;
        }

        if (leftOut > 0)
        {
            LogLeftOut(leftOut);
        }

        entry();
    }

    [LoggerMessage(LogLevel.Warning, "{Count} entries like the next one were left out")]
    private partial void LogLeftOut(int count);
}
