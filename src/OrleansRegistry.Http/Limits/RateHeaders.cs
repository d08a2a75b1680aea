using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Http;

/// <summary>What an answer says of the limits that its request went by.</summary>
/// <remarks>Source: draft-ietf-httpapi-ratelimit-headers.</remarks>
internal static class RateHeaders
{
    public const string Policies = "RateLimit-Policy";
    public const string Left = "RateLimit";

    /// <param name="name">Of the policy.</param>
    /// <param name="left">The requests that are left; the rest is told as the seconds until all are there again.</param>
    public static void Add(HttpResponse response, string name, string policy, double left, in PartyQuota quota)
    {
        response.Headers.Append(Policies, policy);
        var full = (long)Math.Ceiling((quota.Burst - left) / quota.Rate);
        response.Headers.Append(Left, string.Create(CultureInfo.InvariantCulture, $"\"{name}\";r={(long)Math.Max(0, left)};t={full}"));
    }
}
