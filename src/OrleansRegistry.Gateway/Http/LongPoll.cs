using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace OrleansRegistry.Gateway.Http;

/// <summary>Requests that wait for something to happen. They do not hold up the end of the server.</summary>
internal sealed class LongPoll(IHostApplicationLifetime lifetime)
{
    public const int DefaultSeconds = 20;
    public const int MaxSeconds = 60;

    /// <exception cref="RegistryException"><see cref="RegistryError.Unavailable"/>: the server ends before the wait does.</exception>
    public async Task<T> RunAsync<T>(HttpContext context, Func<CancellationToken, Task<T>> wait)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            return await wait(ending.Token);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw new RegistryException(RegistryError.Unavailable, "This server is ending; ask again") { RetryAfter = TimeSpan.FromSeconds(1) };
        }
    }
}
