using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Http;

/// <summary>A feature of a request whose token was found good.</summary>
/// <param name="EndsAt">When the token counts no longer.</param>
internal sealed record AdmittedCaller(Caller Caller, DateTimeOffset EndsAt)
{
    /// <summary>Why a stream ends that was open when its token expired.</summary>
    public const string Expired = "the token of this request has expired; come back with a new one";

    /// <summary>A timer cannot be set further ahead.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    /// <summary>Cancelled when the token of a request expires; never where it has none.</summary>
    public static CancellationTokenSource ExpiryOf(HttpContext context, TimeProvider time)
    {
        if (context.Features.Get<AdmittedCaller>() is not { } admitted)
        {
            return new CancellationTokenSource();
        }

        var left = admitted.EndsAt - time.GetUtcNow();
        return new CancellationTokenSource(left < TimeSpan.Zero ? TimeSpan.Zero : left > Longest ? Longest : left, time);
    }
}
