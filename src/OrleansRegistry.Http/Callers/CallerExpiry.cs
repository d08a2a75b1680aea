using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace OrleansRegistry.Http;

/// <summary>
/// Ends what is open when the credential of its request counts no longer (it expired, or was taken back or changed), or when its tenant is closed.
/// </summary>
internal sealed class CallerExpiry : IDisposable
{
    /// <summary>Why a stream ends.</summary>
    public const string Reason = "the credential of this request has expired or was taken back, or its tenant was closed; come back with a new one";

    /// <summary>A timer cannot be set further ahead.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    private readonly CancellationTokenSource source;
    private readonly CancellationTokenRegistration ended;
    private readonly IDisposable? tenant;

    private CallerExpiry(CancellationTokenSource source, HttpContext context, CancellationToken taken)
    {
        this.source = source;
        tenant = context.RequestServices?.GetService<ITenantEnds>()?.OnEnd(context.GetCaller().Tenant, End);
        ended = taken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), source);
    }

    /// <summary>Cancelled then; never where the request has no credential that ends, and its tenant stays open.</summary>
    public CancellationToken Token => source.Token;

    public bool IsCancellationRequested => source.IsCancellationRequested;

    public static CallerExpiry Of(HttpContext context, TimeProvider time)
    {
        if (context.Features.Get<AdmittedCaller>() is not { } admitted)
        {
            return new CallerExpiry(new CancellationTokenSource(), context, default);
        }

        var left = admitted.EndsAt - time.GetUtcNow();
        return new CallerExpiry(
            new CancellationTokenSource(left < TimeSpan.Zero ? TimeSpan.Zero : left > Longest ? Longest : left, time), context, admitted.Ended);
    }

    /// <summary>Does what takes long, and ends it when the credential does.</summary>
    /// <exception cref="HttpProblemException">401: it has ended, and the work with it.</exception>
    public static async Task<T> RunAsync<T>(HttpContext context, TimeProvider time, Func<CancellationToken, Task<T>> work)
    {
        using var expiry = Of(context, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, expiry.Token);
        try
        {
            return await work(either.Token);
        }
        catch (OperationCanceledException) when (expiry.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            throw Challenges.Refused(HeaderNames.Authorization, Reason);
        }
    }

    public void Dispose()
    {
        tenant?.Dispose();
        ended.Dispose();
        source.Dispose();
    }

    private void End()
    {
        try
        {
            _ = source.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It ended meanwhile by itself.
        }
    }
}
