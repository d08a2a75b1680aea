using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace OrleansRegistry.Http;

/// <summary>A request too many: 429 where its caller, tenant or address has too many, 503 where everybody together has.</summary>
/// <param name="detail">What there is too much of, and what the limit is.</param>
internal sealed class LimitException(LimitedBy by, LimitOn on, string detail, TimeSpan retryAfter) : HttpProblemException(
    by == LimitedBy.Server ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status429TooManyRequests, detail)
{
    public LimitedBy By => by;

    public LimitOn On => on;

    /// <summary>After how long there is room again, as far as one can tell; at least a second, as headers have no less.</summary>
    public TimeSpan RetryAfter { get; } = TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling(retryAfter.TotalSeconds)));

    /// <summary>Sets the headers that go with it.</summary>
    public void Prepare(HttpResponse response) =>
        response.Headers[HeaderNames.RetryAfter] = RetryAfter.TotalSeconds.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Whose limit it is.</summary>
internal enum LimitedBy
{
    Caller,
    Tenant,
    Server,
    Address,
}

/// <summary>What is limited.</summary>
internal enum LimitOn
{
    Rate,
    Concurrent,
    Streams,
    Queue,
}
