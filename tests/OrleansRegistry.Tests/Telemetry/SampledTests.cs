using Microsoft.Extensions.Time.Testing;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Telemetry;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Tests.Telemetry;

public sealed class SampledTests
{
    private readonly FakeTimeProvider time = new();
    private readonly List<Exception> faults = [];
    private int reads;
    private Func<Task<string>> read = () => Task.FromResult("1");

    [Fact]
    public async Task It_is_found_when_asked_for_and_anew_only_once_it_is_old()
    {
        using var sampled = New();
        Assert.Equal(0, reads);
        Assert.Null(sampled.Value);
        await Eventually.TrueAsync(() => sampled.Value == "1", "the first");
        read = () => Task.FromResult("2");
        time.Advance(Sampled<string>.Age - TimeSpan.FromSeconds(1));
        Assert.Equal(("1", 1), (sampled.Value, reads));
        time.Advance(TimeSpan.FromSeconds(2));
        await Eventually.TrueAsync(() => sampled.Value == "2", "the second");
        Assert.Equal(2, reads);
    }

    [Fact]
    public async Task What_takes_long_is_found_less_often()
    {
        read = () =>
        {
            time.Advance(TimeSpan.FromSeconds(10));
            return Task.FromResult("1");
        };
        using var sampled = New();
        await Eventually.TrueAsync(() => sampled.Value == "1", "it");
        time.Advance(TimeSpan.FromSeconds(400));
        Assert.Equal(("1", 1), (sampled.Value, reads));
        time.Advance(TimeSpan.FromSeconds(200));
        await Eventually.TrueAsync(() => sampled.Value == "1" && reads == 2, "it again");
    }

    [Fact]
    public async Task What_cannot_be_found_is_none_told_of_and_looked_for_later()
    {
        using var sampled = New();
        await Eventually.TrueAsync(() => sampled.Value == "1", "it");
        read = () => throw new InvalidOperationException("gone");
        time.Advance(Sampled<string>.Age * 2);
        await Eventually.TrueAsync(() => sampled.Value is null, "its end");
        Assert.Equal("gone", Assert.Single(faults).Message);
        read = () => Task.FromResult("3");
        time.Advance(Sampled<string>.Age * 2);
        await Eventually.TrueAsync(() => sampled.Value == "3", "its return");
    }

    [Fact]
    public async Task What_could_not_be_found_is_looked_for_again_soon()
    {
        var began = time.GetTimestamp();
        read = () => throw new InvalidOperationException("gone");
        using var sampled = New();
        Assert.Null(sampled.Value);
        await Eventually.TrueAsync(() => faults.Count == 1, "the failure");
        read = () => Task.FromResult("2");
        await Eventually.TrueAsync(
            () =>
            {
                // It is looked for once the read that failed has ended, which may be after it was told.
                time.Advance(Sampled<string>.Pause / 10);
                return sampled.Value == "2" || time.GetElapsedTime(began) > Sampled<string>.Age;
            },
            "it");
        Assert.Equal("2", sampled.Value);
        Assert.InRange(time.GetElapsedTime(began), Sampled<string>.Pause, Sampled<string>.Age);
    }

    [Fact]
    public async Task What_is_being_found_as_all_expires_is_found_anew()
    {
        var (begun, goesOn) = (new TaskCompletionSource(), new TaskCompletionSource<string>());
        read = () =>
        {
            begun.TrySetResult();
            return goesOn.Task;
        };
        using var sampled = New();
        Assert.Null(sampled.Value);
        await begun.Task;
        sampled.Expire();
        read = () => Task.FromResult("after");
        goesOn.SetResult("before");
        await Eventually.TrueAsync(() => sampled.Value == "after", "what is found after it");
        Assert.Equal(2, reads);
    }

    [Fact]
    public async Task Nothing_is_found_after_its_end()
    {
        var sampled = New();
        sampled.Dispose();
        Assert.Null(sampled.Value);
        await Task.Yield();
        Assert.Equal(0, reads);
    }

    private Sampled<string> New() => new(
        _ =>
        {
            Interlocked.Increment(ref reads);
            return read();
        },
        faults.Add,
        time);
}
