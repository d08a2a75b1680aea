using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Trust.Signatures;

/// <summary>
/// The keys of one issuer: read when first needed, anew now and then, and where a signature names one that is not among them. What was read counts until
/// something else is.
/// </summary>
/// <param name="id">Within its tenant; null of one that the settings name.</param>
/// <param name="changed">Called after the keys became others, or can be read that could not.</param>
internal sealed partial class IssuerKeys(
    string? id, CardIssuer issuer, Func<CardIssuer, Task<CardKeySet>> read, TimeSpan refresh, Action changed, TimeProvider time, ILogger log)
{
    /// <summary>Between two looks, so that cards with made-up keys do not become requests to the issuer.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>The longest between two looks at an issuer whose keys cannot be read.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    /// <summary>The longest of a card that names an unknown key: who registers it may wait for that.</summary>
    private static readonly TimeSpan LongestForCards = TimeSpan.FromMinutes(1);

    private const int MostDoublings = 10;

    private readonly Lock gate = new();
    private volatile CardKeySet? known;
    private volatile string? fault;
    private Task? running;
    private long triedAt = long.MinValue;
    private volatile int faults;

    public string? Id => id;

    public CardIssuer Issuer => issuer;

    /// <summary>What was read last; null where nothing was yet.</summary>
    public CardKeySet? Known => known;

    /// <summary>Whether the issuer's keys of now are not known.</summary>
    public bool IsBehind => known is null || fault is not null;

    /// <summary>How long it is until a card that names an unknown key has it asked again; zero where that is at once.</summary>
    public TimeSpan Wait
    {
        get
        {
            lock (gate)
            {
                if (running is not null)
                {
                    return Pause;
                }

                var left = triedAt is long.MinValue or long.MaxValue ? TimeSpan.Zero : Longer(Pause, LongestForCards) - time.GetElapsedTime(triedAt);
                return left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Those of an issuer whose keys were given, and are never read.</summary>
    public static IssuerKeys Of(string id, CardIssuer issuer, CardKeySet keys, TimeProvider time, ILogger log) =>
        new(id, issuer, _ => Task.FromResult(keys), TimeSpan.MaxValue, () => { }, time, log) { known = keys, triedAt = long.MaxValue };

    /// <summary>Reads the keys, unless that was tried a moment ago. Does not throw.</summary>
    public Task LookAsync() => LookAsync(Longer(Pause, LongestForCards));

    /// <summary>Reads the keys if it is time to. Does not throw.</summary>
    public Task RefreshAsync() => LookAsync(fault is null ? refresh : Longer(refresh < 6 * Pause ? refresh : 6 * Pause, LongestPause));

    /// <summary>The pause, twice as long after each fault but the first.</summary>
    private TimeSpan Longer(TimeSpan pause, TimeSpan longest)
    {
        var longer = pause * (1 << Math.Clamp(faults - 1, 0, MostDoublings));
        return longer < longest ? longer : longest > pause ? longest : pause;
    }

    private Task LookAsync(TimeSpan after)
    {
        lock (gate)
        {
            if (running is not null)
            {
                return running;
            }

            if (triedAt == long.MaxValue)
            {
                return Task.CompletedTask;
            }

            if (triedAt != long.MinValue && time.GetElapsedTime(triedAt) < after)
            {
                return Task.CompletedTask;
            }

            return running = Task.Run(ReadAsync);
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            var found = await read(issuer);
            var isNew = known is not { } before || !before.HasSame(found) || fault is not null;
            fault = null;
            faults = 0;
            if (isNew)
            {
                known = found;
                LogRead(issuer.Url, found.Count);
                changed();
            }
        }
        catch (Exception thrown)
        {
            // Whatever it was, it is one issuer's: the checks of all others go on.
            if (fault != thrown.Message)
            {
                LogFault(issuer.Url, thrown.Message);
            }

            fault = thrown.Message;
            faults++;
        }
        finally
        {
            lock (gate)
            {
                running = null;
                triedAt = time.GetTimestamp();
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "Keys for signatures of cards by {Issuer} were read: {Count}")]
    private partial void LogRead(Uri issuer, int count);

    [LoggerMessage(LogLevel.Error, "The keys for signatures of cards by {Issuer} cannot be read: {Reason}")]
    private partial void LogFault(Uri issuer, string reason);
}
