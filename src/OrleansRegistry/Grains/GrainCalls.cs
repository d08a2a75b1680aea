using System.Diagnostics;
using Orleans.Storage;

namespace OrleansRegistry.Grains;

/// <summary>
/// Calls a grain the way the registry promises: a lost race is tried again, so is a call that never reached its grain, and what the cluster
/// throws becomes a refusal that says whether the change may have happened.
/// </summary>
internal static class GrainCalls
{
    // Each try finds an activation that has read what the winner wrote; losing often takes a crowd on one agent.
    private const int Tries = 8;

    /// <summary>Longer than it takes the cluster to notice that a silo is gone, and to place its grains elsewhere.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    /// <summary>Until an activation that was overtaken is asked again: its silo ends within seconds.</summary>
    public static readonly TimeSpan OvertakenPause = TimeSpan.FromMilliseconds(250);

    /// <summary>Until a grain is asked again whose process is stopping, and waits for nothing: it may do so for minutes.</summary>
    public static readonly TimeSpan StoppingPause = TimeSpan.FromMilliseconds(500);

    /// <summary>A call that changes something: it is made again only where it is certain that it never began.</summary>
    public static Task<T> RunAsync<TGrain, T>(TGrain grain, Func<TGrain, Task<T>> call) => RunAsync(grain, call, isRead: false);

    /// <inheritdoc cref="RunAsync{TGrain, T}(TGrain, Func{TGrain, Task{T}})"/>
    public static Task RunAsync<TGrain>(TGrain grain, Func<TGrain, Task> call) => RunAsync(grain, async called =>
    {
        await call(called);
        return true;
    });

    /// <summary>A call that changes nothing: it is retried after any failure.</summary>
    public static Task<T> ReadAsync<TGrain, T>(TGrain grain, Func<TGrain, Task<T>> call) => RunAsync(grain, call, isRead: true);

    private static async Task<T> RunAsync<TGrain, T>(TGrain grain, Func<TGrain, Task<T>> call, bool isRead)
    {
        long? lostSince = null;
        var races = 0;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await call(grain);
            }
            catch (InconsistentStateException) when (++races < Tries)
            {
            }
            catch (InconsistentStateException fault)
            {
                throw new RegistryException(
                    RegistryError.Conflict,
                    "Others changed this at the same time, again and again. Try once more.",
                    innerException: fault);
            }
            catch (Exception fault) when (GrainCallFailure.NeverBegan(fault) || (isRead && GrainCallFailure.Is(fault)))
            {
                // A call that waits may have waited for long before it was lost.
                lostSince ??= Stopwatch.GetTimestamp();
                if (Stopwatch.GetElapsedTime(lostSince.Value) > Patience)
                {
                    throw Unavailable("The cluster cannot be reached now. Nothing was changed.", fault);
                }

                await Task.Delay(Pause(attempt));
            }
            catch (Exception fault) when (GrainCallFailure.Is(fault) || fault is RecordOutcomeUnknownException)
            {
                throw Unavailable("The cluster did not answer in time; the change may have happened.", fault);
            }
        }
    }

    /// <summary>The first try finds an activation that was on its way out; later ones find a silo that is.</summary>
    private static TimeSpan Pause(int attempt)
    {
        var pause = TimeSpan.FromMilliseconds(5 << Math.Min(attempt, 6));
        return (pause < LongestPause ? pause : LongestPause) * (0.5 + (Random.Shared.NextDouble() / 2));
    }

    private static RegistryException Unavailable(string what, Exception fault) =>
        new(RegistryError.Unavailable, what, innerException: fault) { RetryAfter = TimeSpan.FromSeconds(1) };
}
