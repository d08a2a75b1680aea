using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Http;

/// <summary>What a request has of the limits, as a feature of it; disposing gives all back. One flow of control at a time, beside its own timer.</summary>
internal sealed class RequestPlace(RequestLimits limits) : IDisposable
{
    private readonly Lock gate = new();
    private readonly RequestLimits limits = limits;
    private ITimer? grace;
    private bool isInServer;
    private bool isLent;
    private bool isStream;
    private bool hasSettled;
    private bool isOver;

    /// <summary>Why there is no place, where there is none.</summary>
    public LimitException? Refusal { get; set; }

    public Party? Caller { get; set; }

    public Party? Tenant { get; set; }

    /// <summary>In whose line it waits for a place (<see cref="ServerPlaces"/>).</summary>
    public string Line { get; set; } = "";

    /// <summary>It has a place of the server; where it was over before its turn came, the place is another's.</summary>
    public void TookPlace()
    {
        lock (gate)
        {
            isInServer = !isOver;
        }

        EndLoan();

        if (isOver)
        {
            limits.Places.Leave();
        }
    }

    /// <summary>
    /// The request is a stream from here on, or waits for something that happens: it counts among those, and a moment later gives the places of short
    /// requests back.
    /// </summary>
    /// <exception cref="LimitException">There are too many of them.</exception>
    public static void Wait(HttpContext context)
    {
        if (context.Features.Get<RequestPlace>() is { isStream: false, isOver: false } place)
        {
            place.limits.Wait(place);
            place.isStream = true;
            place.grace = place.limits.InGrace(_ => place.Settle());
        }
    }

    /// <summary>Its client reads slowly: what it waits for is not the server, so that its place is another's.</summary>
    public static void StepAside(HttpContext context) => context.Features.Get<RequestPlace>()?.LeaveServer();

    /// <summary>Its client sends slowly: its place is another's until it comes back for one (<see cref="ReturnAsync"/>).</summary>
    /// <returns>False where it keeps it: as many as have places are aside already, and each holds what came of its body.</returns>
    public static bool Lend(HttpContext context) => context.Features.Get<RequestPlace>() is { } place && place.Lend();

    /// <summary>Takes a place again, after those who wait for one.</summary>
    /// <exception cref="LimitException">There is none in time.</exception>
    public static async ValueTask ReturnAsync(HttpContext context)
    {
        if (context.Features.Get<RequestPlace>() is { isInServer: false, isStream: false, isOver: false } place)
        {
            await place.limits.ReturnAsync(place, context);
        }
    }

    public void Dispose()
    {
        if (isOver)
        {
            return;
        }

        lock (gate)
        {
            isOver = true;
        }

        grace?.Dispose();
        EndLoan();
        Settle();
        if (isStream)
        {
            limits.EndStream();
            Caller?.EndStream();
            Tenant?.EndStream();
        }
    }

    /// <summary>Gives back the places of short requests.</summary>
    private void Settle()
    {
        lock (gate)
        {
            if (hasSettled)
            {
                return;
            }

            hasSettled = true;
        }

        LeaveServer();
        Caller?.Leave();
        Tenant?.Leave();
    }

    private bool Lend()
    {
        if (isLent || !limits.TryLend())
        {
            return false;
        }

        isLent = true;
        if (LeaveServer())
        {
            return true;
        }

        EndLoan();
        return false;
    }

    private void EndLoan()
    {
        if (isLent)
        {
            isLent = false;
            limits.EndLoan();
        }
    }

    private bool LeaveServer()
    {
        lock (gate)
        {
            if (!isInServer)
            {
                return false;
            }

            isInServer = false;
        }

        limits.Places.Leave();
        return true;
    }
}
