using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Vectors;

/// <summary>The vectors of queries: each made once while it is remembered, within a time that a search can wait.</summary>
internal sealed partial class QueryVectors(
    VectorDirectory vectors, [RegistryTime] TimeProvider time, ILogger<QueryVectors> logger, ITextEmbedder? embedder = null)
{
    /// <summary>How many are remembered.</summary>
    private const int Most = 1_000;

    /// <summary>A search does not wait longer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>After a failure, none is tried for so long: else every search would wait.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Task<float[]>> known = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> order = new();
    private readonly LogPace pace = new(time, logger);
    private long restingSince;

    /// <summary>Whether there is anything that makes them.</summary>
    public bool IsOn => embedder is not null;

    /// <returns>The vector, of length 1; or why there is none.</returns>
    public async Task<(float[]? Vector, string? Fault)> FindAsync(string words, CancellationToken cancellationToken)
    {
        var text = words.Trim();
        var since = Volatile.Read(ref restingSince);
        if (!known.ContainsKey(text) && since != 0 && time.GetElapsedTime(since) < Rest)
        {
            return (null, "What the query means could not be found out.");
        }

        try
        {
            return (await Of(text).WaitAsync(Patience, time, cancellationToken), null);
        }
        catch (TimeoutException)
        {
            Volatile.Write(ref restingSince, time.GetTimestamp());
            return (null, "What the query means was not found out in time.");
        }
        catch (EmbeddingException fault)
        {
            Volatile.Write(ref restingSince, time.GetTimestamp());
            pace.Write(() => LogFailed(fault.InnerException, LogText.Escape(fault.Message)));
            return (null, "What the query means could not be found out.");
        }
    }

    /// <summary>
    /// Vectors of the model that texts are embedded with must have as many numbers as its own: as those that are stored, else as it makes now, where that can
    /// be found out.
    /// </summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: they have more or fewer.</exception>
    public async ValueTask CheckDimensionsAsync(string model, int dimensions, string field, CancellationToken cancellationToken)
    {
        if (model != embedder?.Model)
        {
            return;
        }

        var own = vectors.Dimensions > 0 ? vectors.Dimensions : (await FindAsync("agent", cancellationToken)).Vector?.Length ?? 0;
        if (own != 0 && own != dimensions)
        {
            throw RegistryException.Invalid(
                field, $"has {dimensions:N0} numbers, and vectors of {model}, which this registry makes too, have {own:N0}");
        }
    }

    private Task<float[]> Of(string text)
    {
        if (known.TryGetValue(text, out var made))
        {
            return made;
        }

        made = known.GetOrAdd(text, MakeAsync);
        order.Enqueue(text);
        while (order.Count > Most && order.TryDequeue(out var oldest))
        {
            known.TryRemove(oldest, out _);
        }

        return made;
    }

    /// <summary>Goes on when the search that began it waits no longer: the next one may find it.</summary>
    private async Task<float[]> MakeAsync(string text)
    {
        try
        {
            await Task.Yield();
            var vectors = await embedder!.EmbedAsync([text], CancellationToken.None);
            return UnitVectors.Of(vectors[0]) ?? throw new EmbeddingException("A query got a vector that is zero or not finite.");
        }
        catch
        {
            known.TryRemove(text, out _);
            throw;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Searches go by words alone: {Reason}")]
    private partial void LogFailed(Exception? fault, string reason);
}
