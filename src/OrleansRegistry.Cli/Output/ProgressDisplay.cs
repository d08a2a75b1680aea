using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace OrleansRegistry.Cli;

/// <summary>Shows on the standard error, where that is a terminal, how far work is that takes longer than a second: count, rate and time left.</summary>
internal static class ProgressDisplay
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(200);

    public static async Task<T> RunAsync<T>(Terminal terminal, string what, Func<Meter, Task<T>> work)
    {
        var meter = new Meter();
        var begun = terminal.Time.GetTimestamp();
        var working = work(meter);
        if (!terminal.ErrorIsTerminal || await EndsWithinAsync(working, Patience, terminal.Time))
        {
            return await working;
        }

        ProgressColumn[] columns =
        [
            new TaskDescriptionColumn(), new ProgressBarColumn(), new CountColumn(meter), new RateColumn(meter, terminal.Time, begun),
        ];
        await terminal.ErrorConsole().Progress().AutoClear(true).HideCompleted(false).Columns(columns).StartAsync(async context =>
        {
            var task = context.AddTask(what, maxValue: 1);
            do
            {
                task.IsIndeterminate = meter.Total == 0;
                task.MaxValue = Math.Max(1, meter.Total);
                task.Value = Math.Min(meter.Done, task.MaxValue - 1);
            }
            while (!await EndsWithinAsync(working, Refresh, terminal.Time));
        });
        return await working;
    }

    private static async Task<bool> EndsWithinAsync(Task working, TimeSpan patience, TimeProvider time)
    {
        using var enough = new CancellationTokenSource();
        var ended = await Task.WhenAny(working, Task.Delay(patience, time, enough.Token)) == working;
        await enough.CancelAsync();
        return ended;
    }

    private sealed class CountColumn(Meter meter) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text($"{(meter.Total > 0 ? $"{Format(meter.Done)} of {Format(meter.Total)}" : Format(meter.Done))} {meter.Unit}".TrimEnd());

        private static string Format(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
    }

    private sealed class RateColumn(Meter meter, TimeProvider time, long begun) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(Rates.Text(meter.Done, meter.Total, time.GetElapsedTime(begun)));
    }
}

internal static class Rates
{
    /// <summary><c>8,231/s, 4 s left</c>.</summary>
    /// <param name="total">0 where it is not known.</param>
    public static string Text(long done, long total, TimeSpan elapsed)
    {
        var rate = done / Math.Max(elapsed.TotalSeconds, 0.001);
        var text = string.Create(CultureInfo.InvariantCulture, $"{rate:N0}/s");
        return rate > 0 && total > done ? $"{text}, {Left(TimeSpan.FromSeconds((total - done) / rate))} left" : text;
    }

    private static string Left(TimeSpan left) => left switch
    {
        { TotalMinutes: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(left.TotalSeconds):0} s"),
        { TotalHours: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{left.TotalMinutes:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{left.TotalHours:0.0} h"),
    };
}
