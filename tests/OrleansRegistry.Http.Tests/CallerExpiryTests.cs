using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace OrleansRegistry.Http.Tests;

/// <summary>What takes long ends with the credential that it was asked for by.</summary>
public sealed class CallerExpiryTests
{
    private readonly FakeTimeProvider time = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Work_ends_when_its_credential_is_taken_back_or_expires(bool expires)
    {
        using var taken = new CancellationTokenSource();
        var context = new DefaultHttpContext();
        context.Features.Set(new AdmittedCaller(new Caller("acme", "ann"), time.GetUtcNow().AddHours(1), taken.Token));
        var work = CallerExpiry.RunAsync(context, time, async cancellation =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
            return true;
        });
        Assert.False(work.IsCompleted);
        if (expires)
        {
            time.Advance(TimeSpan.FromHours(1));
        }
        else
        {
            await taken.CancelAsync();
        }

        var refusal = await Assert.ThrowsAsync<HttpProblemException>(() => work);
        Assert.Equal((401, true), (refusal.StatusCode, refusal.Message.Contains(CallerExpiry.Reason, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Work_that_its_client_leaves_is_no_refusal()
    {
        using var left = new CancellationTokenSource();
        var context = new DefaultHttpContext { RequestAborted = left.Token };
        await left.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => CallerExpiry.RunAsync(context, time, async cancellation =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
            return true;
        }));
    }
}
