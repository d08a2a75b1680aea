using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OrleansRegistry.Http;

/// <summary>
/// Sends as fast as a reader takes it, and ends the connection of one that takes nothing for <see cref="RegistryHttpOptions.StalledReader"/>: what it
/// was to get is kept in memory for no longer.
/// </summary>
internal static class SlowReaders
{
    /// <summary>How much is sent at once: no more than this and what the connection buffers is copied for a reader.</summary>
    public const int PieceBytes = 32 * 1024;

    /// <summary>Sends bytes piece by piece.</summary>
    /// <exception cref="ConnectionResetException">The reader took nothing for too long.</exception>
    public static async ValueTask SendAsync(HttpContext context, ReadOnlyMemory<byte> bytes)
    {
        for (var rest = bytes; rest.Length > 0; rest = rest[Math.Min(rest.Length, PieceBytes)..])
        {
            await AwaitAsync(context, context.Response.BodyWriter.WriteAsync(rest[..Math.Min(rest.Length, PieceBytes)], context.RequestAborted));
        }
    }

    /// <summary>Sends what was written to the response's body.</summary>
    /// <inheritdoc cref="SendAsync"/>
    public static ValueTask FlushAsync(HttpContext context) => AwaitAsync(context, context.Response.BodyWriter.FlushAsync(context.RequestAborted));

    private static async ValueTask AwaitAsync(HttpContext context, ValueTask<FlushResult> sending)
    {
        if (sending.IsCompleted)
        {
            await sending;
            return;
        }

        RequestPlace.StepAside(context);
        var services = context.RequestServices;
        try
        {
            await sending.AsTask().WaitAsync(
                services.GetRequiredService<IOptions<RegistryHttpOptions>>().Value.StalledReader,
                services.GetRequiredService<TimeProvider>());
        }
        catch (TimeoutException waited)
        {
            context.Abort();
            throw new ConnectionResetException("The reader took nothing for too long.", waited);
        }
    }
}
