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

    /// <summary>Finding it takes at most one part in so many of the time.</summary>
    private const int Share = 50;

    private readonly CancellationTokenSource ending = new();
    private volatile T? value;
    private long next;
    private int reading;

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
    public void Expire() => Volatile.Write(ref next, 0);

    public void Dispose() => ending.Cancel();

    private async Task ReadAsync()
    {
        var began = time.GetTimestamp();
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
            failed(fault);
        }
        finally
        {
            var rest = time.GetElapsedTime(began) * Share;
            rest = rest > Age ? rest : Age;
            Volatile.Write(ref next, time.GetTimestamp() + (long)(rest.TotalSeconds * time.TimestampFrequency));
            Volatile.Write(ref reading, 0);
        }
    }
}
