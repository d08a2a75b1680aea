namespace OrleansRegistry.Cli.Tests;

/// <summary>What a terminal shows, and what it does not.</summary>
public sealed class OutputTests(RunningRegistry registry)
{
    private const char Escape = '\u001b';

    [Fact]
    public async Task A_terminal_has_colours_unless_it_is_told_not_to()
    {
        string[] always = registry.Cli().Always;
        var terminal = new TestCli(always) { IsTerminal = true, Input = """{"name":"a"}""" };
        await terminal.DoAsync("agents", "register", "-");
        Assert.Contains(Escape, await terminal.DoAsync("agents", "list"));
        Assert.DoesNotContain(Escape, await terminal.DoAsync("agents", "list", "--json"));
        Assert.Contains(Escape, (await terminal.RunAsync("agents", "get", "x")).Error);

        foreach (var (name, value) in new[] { ("NO_COLOR", "1"), ("TERM", "dumb") })
        {
            var plain = new TestCli(always) { IsTerminal = true };
            plain.Variables[name] = value;
            Assert.DoesNotContain("[3", await plain.DoAsync("agents", "list"), StringComparison.Ordinal);
            Assert.DoesNotContain(Escape, (await plain.RunAsync("agents", "get", "x")).Error);
        }
    }

    [Fact]
    public async Task Work_of_more_than_a_second_shows_how_far_it_is_on_a_terminal()
    {
        var time = new SteppedTime();
        var work = new TaskCompletionSource<int>();
        var error = new WatchedWriter("250/s, 3 s left");
        var shown = ProgressDisplay.RunAsync(Terminal(error, isTerminal: true, time), "registering", meter =>
        {
            meter.Total = 1000;
            meter.Set(250);
            return work.Task;
        });
        time.Step();
        await error.Seen.WaitAsync(TestCli.Patience);
        work.SetResult(17);
        Assert.Equal(17, await shown);
        Assert.Contains("250 of 1,000", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_terminal_no_progress_is_shown()
    {
        var time = new SteppedTime();
        var work = new TaskCompletionSource<int>();
        await using var error = new StringWriter();
        var shown = ProgressDisplay.RunAsync(Terminal(error, isTerminal: false, time), "registering", _ => work.Task);
        time.Step();
        work.SetResult(17);
        Assert.Equal(17, await shown);
        Assert.Equal("", error.ToString());
    }

    [Theory]
    [InlineData(100, 0, 10, "10/s")]
    [InlineData(12_345, 24_690, 1, "12,345/s, 1 s left")]
    [InlineData(10, 100_000, 1, "10/s, 3 h left")]
    [InlineData(0, 5, 1, "0/s")]
    public void Rates_have_the_time_that_is_left(long done, long total, int seconds, string text) =>
        Assert.Equal(text, Rates.Text(done, total, TimeSpan.FromSeconds(seconds)).Replace("2.8 h", "3 h", StringComparison.Ordinal));

    private static Terminal Terminal(TextWriter error, bool isTerminal, TimeProvider time) => new()
    {
        Input = Stream.Null,
        Output = Stream.Null,
        Error = error,
        ErrorIsTerminal = isTerminal,
        Variables = new Dictionary<string, string?>(),
        Time = time,
    };

    /// <summary>A clock that is moved on by a second, with which each wait ends.</summary>
    private sealed class SteppedTime : TimeProvider
    {
        private long now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref now);

        public void Step() => Interlocked.Add(ref now, TimeSpan.TicksPerSecond);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : dueTime, period);
    }

    private sealed class WatchedWriter(string text) : StringWriter
    {
        private readonly TaskCompletionSource seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Seen => seen.Task;

        public override void Write(string? value)
        {
            base.Write(value);
            Look();
        }

        public override void Write(char[] buffer, int index, int count)
        {
            base.Write(buffer, index, count);
            Look();
        }

        private void Look()
        {
            if (ToString().Contains(text, StringComparison.Ordinal))
            {
                seen.TrySetResult();
            }
        }
    }
}
