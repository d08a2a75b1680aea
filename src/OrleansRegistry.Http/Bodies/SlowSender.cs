using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansRegistry.Http;

/// <summary>Waits for a request's body: what is awaited is not the server, so that the request's place is another's meanwhile.</summary>
internal sealed class SlowSender(HttpContext context)
{
    /// <summary>How long a body that is held in memory may take, however steadily it comes.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    private TimeProvider? time;
    private long startedAt;
    private bool isAside;

    /// <summary>Waits for the next piece of a body that is held in memory.</summary>
    /// <exception cref="HttpProblemException">408: all of it takes longer than two minutes.</exception>
    public ValueTask<ReadResult> AwaitAsync(ValueTask<ReadResult> reading) => reading.IsCompleted ? reading : new(WaitAsync(reading.AsTask()));

    /// <summary>Waits for the next piece of a body that is passed on as it comes, however long that takes.</summary>
    public async ValueTask<int> AwaitAsync(ValueTask<int> reading)
    {
        isAside |= !reading.IsCompleted && RequestPlace.Lend(context);
        return await reading;
    }

    /// <summary>The body is there: its request takes a place again where it gave one back.</summary>
    /// <exception cref="LimitException">There is none in time.</exception>
    public ValueTask EndAsync()
    {
        var wasAside = isAside;
        isAside = false;
        return wasAside ? RequestPlace.ReturnAsync(context) : default;
    }

    private async Task<ReadResult> WaitAsync(Task<ReadResult> reading)
    {
        if (time is null)
        {
            time = context.RequestServices.GetRequiredKeyedService<TimeProvider>(RegistryTimeAttribute.ServiceKey);
            startedAt = time.GetTimestamp();
        }

        isAside |= RequestPlace.Lend(context);
        var left = Longest - time.GetElapsedTime(startedAt);
        try
        {
            return await reading.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        }
        catch (TimeoutException)
        {
            context.Request.BodyReader.CancelPendingRead();
            throw new HttpProblemException(
                StatusCodes.Status408RequestTimeout, $"The body did not arrive within {Longest.TotalSeconds:0} seconds.");
        }
    }
}
