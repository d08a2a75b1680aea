namespace OrleansRegistry.Telemetry;

/// <summary>
/// A figure that costs a query. Asking for it gives what was found last, and has it found anew in the background where that is old; while nobody
/// asks, nothing is found.
/// </summary>
/// <param name="read">Finds it.</param>
/// <param name="failed">Is told why it was not found.</param>
internal sealed class Sampled<T>(Func<CancellationToken, Task<T>> read, Action<Exception> failed, TimeProvider time) : IDisposable
    where T : class
{
    /// <summary>How old an answer may be.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromSeconds(30);

    /// <summary>How long after a failure it is looked for again, where that did not take long.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Finding it takes at most one part in so many of the time.</summary>
    private const int Share = 50;

    private readonly CancellationTokenSource ending = new();
    private volatile T? value;
    private long next;
    private int reading;
    private int expired;

    /// <summary>Null until it was found for the first time, and where it could not be found.</summary>
    public T? Value
    {
        get
        {
            if (time.GetTimestamp() >= Volatile.Read(ref next) && !ending.IsCancellationRequested && Interlocked.Exchange(ref reading, 1) == 0)
            {
                _ = Task.Run(ReadAsync);
            }

            return value;
        }
    }

    /// <summary>What was found is old now, whenever that was.</summary>
    public void Expire()
    {
        // What is being found at this moment is old then, too.
        Interlocked.Increment(ref expired);
        Volatile.Write(ref next, 0);
    }

    public void Dispose() => ending.Cancel();

    private async Task ReadAsync()
    {
        var began = time.GetTimestamp();
        var before = Volatile.Read(ref expired);
        var age = Age;
        try
        {
            value = await read(ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
        }
#pragma warning disable CA1031 // Nobody else is there to see it.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            value = null;
            age = Pause;
            failed(fault);
        }
        finally
        {
            var rest = time.GetElapsedTime(began) * Share;
            rest = rest > age ? rest : age;
            Volatile.Write(ref next, time.GetTimestamp() + (long)(rest.TotalSeconds * time.TimestampFrequency));
            if (Volatile.Read(ref expired) != before)
            {
                Volatile.Write(ref next, 0);
            }

            Volatile.Write(ref reading, 0);
        }
    }
}
