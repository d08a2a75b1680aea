using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OrleansRegistry.Http;

/// <summary>
/// Lets in no more requests than there is room for: of a caller, of a tenant, and of all together, in this order, so that what one has too many of
/// costs the others nothing. What says who calls is bounded too, before all that.
/// </summary>
internal sealed class RequestLimits : IDisposable
{
    /// <summary>
    /// How long a stream or a request that waits keeps the places of short requests: what it does first is work as theirs is, and one that would wait
    /// for a moment only is one of them.
    /// </summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(100);

    private readonly RequestLimitOptions options;
    private readonly PartyLimits<(string Tenant, string Subject)> callers;
    private readonly PartyLimits<string> tenants;
    private readonly long[,] refused = new long[Enum.GetValues<LimitedBy>().Length, Enum.GetValues<LimitOn>().Length];
    private readonly Meter meter;
    private readonly TimeProvider time;
    private int admitting;
    private int streams;
    private int lent;

    public RequestLimits(IOptions<RegistryHttpOptions> http, IServiceProvider services, [RegistryTime] TimeProvider time)
    {
        options = http.Value.Limits;
        this.time = time;
        var replicas = services.GetService<IServingReplicas>();
        callers = new(LimitedBy.Caller, options.Caller, replicas, time);
        tenants = new(LimitedBy.Tenant, options.Tenant, replicas, time);
        Places = new ServerPlaces(options.Concurrent, options.Queue, options.QueueTime, time);
        meter = new Meter(new MeterOptions(RegistryTelemetry.Name) { Scope = this });
        Measure();
    }

    public ServerPlaces Places { get; }

    /// <summary>Finds out who calls (<see cref="CallerRule"/>), and takes a place for the request.</summary>
    /// <returns>The place, or one with a <see cref="RequestPlace.Refusal"/>.</returns>
    /// <exception cref="LimitException">The server has none, or the caller's address may not ask.</exception>
    /// <inheritdoc cref="CallerRule.AdmitAsync"/>
    public async ValueTask<RequestPlace> AdmitAsync(HttpContext context)
    {
        var place = new RequestPlace(this);
        try
        {
            await AskAsync(context);
            var caller = context.GetEndpoint()?.Metadata.GetMetadata<ApiOperation>() is { IsAnonymous: true } ? null : context.GetSender();
            if (caller is not null && Enter(context.Response, place, caller) is { } refusal)
            {
                place.Dispose();
                place.Refusal = refusal;
                Count(refusal);
                return place;
            }

            place.Line = caller?.Tenant ?? "";
            await Places.EnterAsync(place.Line, context.RequestAborted);
            place.TookPlace();
            context.Features.Set(place);
            return place;
        }
        catch (Exception fault)
        {
            place.Dispose();
            Count(fault);
            throw;
        }
    }

    /// <summary>Takes a place anew for a request that gave its own back.</summary>
    /// <exception cref="LimitException">There is none.</exception>
    public async ValueTask ReturnAsync(RequestPlace place, HttpContext context)
    {
        try
        {
            await Places.EnterAsync(place.Line, context.RequestAborted);
            place.TookPlace();
        }
        catch (LimitException fault)
        {
            Count(fault);
            throw;
        }
    }

    /// <summary>Runs once it is time for a stream to give its places back.</summary>
    public ITimer InGrace(TimerCallback end) => time.CreateTimer(end, null, Grace, Timeout.InfiniteTimeSpan);

    /// <summary>The request of a place becomes a stream.</summary>
    /// <exception cref="LimitException">There are too many.</exception>
    public void Wait(RequestPlace place)
    {
        try
        {
            if (Interlocked.Increment(ref streams) > options.Streams)
            {
                throw new LimitException(
                    LimitedBy.Server,
                    LimitOn.Streams,
                    $"This server has {options.Streams} streams and waiting requests. Try again later.",
                    TimeSpan.Zero);
            }

            Wait(callers, place.Caller);
            try
            {
                Wait(tenants, place.Tenant);
            }
            catch (LimitException)
            {
                place.Caller?.EndStream();
                throw;
            }
        }
        catch (LimitException fault)
        {
            EndStream();
            Count(fault);
            throw;
        }
    }

    /// <summary>Whether one more may send its body without a place.</summary>
    public bool TryLend()
    {
        if (Interlocked.Increment(ref lent) <= options.Concurrent)
        {
            return true;
        }

        EndLoan();
        return false;
    }

    public void EndLoan() => Interlocked.Decrement(ref lent);

    public void EndStream() => Interlocked.Decrement(ref streams);

    public void Dispose() => meter.Dispose();

    private static void Wait<TKey>(PartyLimits<TKey> limits, Party? party)
        where TKey : notnull
    {
        if (party is not null)
        {
            limits.Wait(party);
        }
    }

    private async ValueTask AskAsync(HttpContext context)
    {
        try
        {
            if (Interlocked.Increment(ref admitting) > options.Concurrent)
            {
                throw new LimitException(
                    LimitedBy.Server, LimitOn.Queue, "This server is finding out who calls for too many requests. Try again later.", TimeSpan.Zero);
            }

            await CallerRule.AdmitAsync(context);
        }
        finally
        {
            Interlocked.Decrement(ref admitting);
        }
    }

    private LimitException? Enter(HttpResponse response, RequestPlace place, Caller caller)
    {
        Party? own = null;
        if (callers.IsOn && callers.Enter((caller.Tenant, caller.Subject), response, out own) is { } tooMany)
        {
            return tooMany;
        }

        Party? shared = null;
        if (tenants.IsOn && tenants.Enter(caller.Tenant, response, out shared) is { } ofTenant)
        {
            own?.Undo();
            return ofTenant;
        }

        (place.Caller, place.Tenant) = (own, shared);
        return null;
    }

    private void Count(Exception fault)
    {
        if (fault is LimitException limit)
        {
            Interlocked.Increment(ref refused[(int)limit.By, (int)limit.On]);
        }
    }

    private void Measure()
    {
        meter.CreateObservableGauge("registry.requests.running", () => Places.Running, "{request}", "Requests that are worked on.");
        meter.CreateObservableGauge("registry.requests.waiting", () => Places.Waiting, "{request}", "Requests that wait for their turn.");
        meter.CreateObservableCounter(
            "registry.requests.refused",
            () => from whose in Enum.GetValues<LimitedBy>()
                  from what in Enum.GetValues<LimitOn>()
                  let count = Interlocked.Read(ref refused[(int)whose, (int)what])
                  where count > 0 || (whose == LimitedBy.Server && what == LimitOn.Queue)
                  select new Measurement<long>(count, new("by", Name(whose)), new("limit", Name(what))),
            "{request}",
            "Requests that were refused as there were too many.");
    }

    private static string Name<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
