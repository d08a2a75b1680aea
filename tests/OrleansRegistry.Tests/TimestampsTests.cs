using Microsoft.Extensions.Time.Testing;

namespace OrleansRegistry.Tests;

public sealed class TimestampsTests
{
    [Theory]
    [InlineData(0, 50)]
    [InlineData(49.2, 1)]
    [InlineData(49.9999, 1)]
    [InlineData(50, 0)]
    [InlineData(51.5, -1)]
    public void What_is_left_of_a_wait_is_no_less_than_a_timer_takes(double elapsed, int left)
    {
        var time = new FakeTimeProvider();
        var began = time.GetTimestamp();
        time.Advance(TimeSpan.FromMilliseconds(elapsed));
        Assert.Equal(TimeSpan.FromMilliseconds(left), time.GetTimeLeft(began, TimeSpan.FromMilliseconds(50)));
    }
}
