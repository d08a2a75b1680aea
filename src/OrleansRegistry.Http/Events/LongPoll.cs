using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;

namespace OrleansRegistry.Http;

/// <summary>Requests that wait for a change. When the server stops, they are answered as if their wait had ended.</summary>
internal sealed class LongPoll(IHostApplicationLifetime lifetime)
{
    public const int DefaultSeconds = 20;
    public const int MaxSeconds = 60;

    /// <summary>The longest wait of a request that comes while the server stops: its client asks again, and not at once.</summary>
    private static readonly TimeSpan WhileStopping = TimeSpan.FromSeconds(1);

    /// <summary>Whether the server stops: waits are over then.</summary>
    public bool IsStopping => lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>
    /// Sets a request that waits apart: in the metrics of requests, as how long it takes says nothing of the server, and in the limits.
    /// </summary>
    /// <exception cref="LimitException">There are too many that wait.</exception>
    public static void Mark(HttpContext context)
    {
        RequestPlace.Wait(context);
        context.Features.Get<IHttpMetricsTagsFeature>()?.Tags.Add(new KeyValuePair<string, object?>("registry.waits", "true"));
    }

    /// <param name="run">Waits so long, or less where its token is cancelled, and tells what there is.</param>
    public async Task<T> RunAsync<T>(HttpContext context, TimeSpan wait, Func<TimeSpan, CancellationToken, Task<T>> run)
    {
        if (wait > TimeSpan.Zero)
        {
            Mark(context);
        }

        var stopping = lifetime.ApplicationStopping;
        if (stopping.IsCancellationRequested)
        {
            return await run(wait < WhileStopping ? wait : WhileStopping, context.RequestAborted);
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            return await run(wait, ending.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            return await run(TimeSpan.Zero, context.RequestAborted);
        }
    }
}
