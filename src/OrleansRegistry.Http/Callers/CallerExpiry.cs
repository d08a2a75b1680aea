using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Http;

/// <summary>Ends what is open when the credential of its request counts no longer: it expired, or was taken back or changed.</summary>
internal sealed class CallerExpiry : IDisposable
{
    /// <summary>Why a stream ends.</summary>
    public const string Reason = "the credential of this request has expired or was taken back; come back with a new one";

    /// <summary>A timer cannot be set further ahead.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    private readonly CancellationTokenSource source;
    private readonly CancellationTokenRegistration ended;

    private CallerExpiry(CancellationTokenSource source, CancellationToken taken)
    {
        this.source = source;
        ended = taken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), source);
    }

    /// <summary>Cancelled then; never where the request has no credential that ends.</summary>
    public CancellationToken Token => source.Token;

    public bool IsCancellationRequested => source.IsCancellationRequested;

    public static CallerExpiry Of(HttpContext context, TimeProvider time)
    {
        if (context.Features.Get<AdmittedCaller>() is not { } admitted)
        {
            return new CallerExpiry(new CancellationTokenSource(), default);
        }

        var left = admitted.EndsAt - time.GetUtcNow();
        return new CallerExpiry(
            new CancellationTokenSource(left < TimeSpan.Zero ? TimeSpan.Zero : left > Longest ? Longest : left, time), admitted.Ended);
    }

    public void Dispose()
    {
        ended.Dispose();
        source.Dispose();
    }
}
