using System.Diagnostics;

namespace OrleansRegistry.Benchmarks;

/// <summary>Runs work for a while and counts; subject and reference take turns, and medians are compared.</summary>
internal static class Measure
{
    /// <summary>How long a subject or its reference runs before the other has its turn.</summary>
    public static readonly TimeSpan Turn = TimeSpan.FromSeconds(1.5);

    private const int Rounds = 5;

    // Of the subject's own time, until the just-in-time compiler has made its best of the code: with two busy processors that was seen to take 15 to
    // 20 s.
    private static readonly TimeSpan Warm = TimeSpan.FromSeconds(30);

    /// <summary>How often a second <paramref name="callers"/> callers, each one after the other, get <paramref name="call"/> answered.</summary>
    /// <param name="call">Given the caller's number and how often it called before.</param>
    public static async Task<double> Rate(int callers, Func<int, int, Task> call)
    {
        var stop = Stopwatch.GetTimestamp() + (long)(Turn.TotalSeconds * Stopwatch.Frequency);
        var started = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var count = 0;
            for (; Stopwatch.GetTimestamp() < stop; count++)
            {
                await call(caller, count);
            }

            return count;
        })));
        return counts.Sum() / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>Medians of what the two measure in turn, once both are warm.</summary>
    public static async Task<(double Subject, double Reference)> InTurn(Func<Task<double>> subject, Func<Task<double>> reference)
    {
        await WarmUp(subject, reference);
        return await InTurnWarm(subject, reference);
    }

    /// <summary>
    /// Runs the two until they are warm. Where what runs leaves much behind, it is given another registry here than where it is measured.
    /// </summary>
    public static async Task WarmUp(Func<Task<double>> subject, Func<Task<double>> reference)
    {
        var warmed = TimeSpan.Zero;
        for (var turn = 0; warmed < Warm; turn++)
        {
            var started = Stopwatch.GetTimestamp();
            await subject();
            warmed += Stopwatch.GetElapsedTime(started);

            // References are short paths, and warm sooner.
            if (turn % 3 == 0)
            {
                await reference();
            }
        }
    }

    /// <summary>Medians of what the two measure in turn, after <see cref="WarmUp"/>.</summary>
    public static async Task<(double Subject, double Reference)> InTurnWarm(Func<Task<double>> subject, Func<Task<double>> reference)
    {
        List<double> subjects = [], references = [];
        for (var round = 0; round < Rounds; round++)
        {
            subjects.Add(await subject());
            references.Add(await reference());
        }

        return (Median(subjects), Median(references));
    }

    /// <summary>Nanoseconds for one of <paramref name="count"/> calls.</summary>
    public static async Task<double> Nanoseconds(int count, Func<int, ValueTask> call)
    {
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            await call(i);
        }

        return Stopwatch.GetElapsedTime(started).TotalNanoseconds / count;
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
