using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OrleansRegistry.Trust.Records;

namespace OrleansRegistry.Trust.Domains;

/// <summary>What is stored of a domain of a subject.</summary>
/// <param name="TokenEnd">When the token ends, unless it was found before.</param>
internal sealed record StoredDomain(string Domain, string Subject, string Token, DateTimeOffset TokenEnd)
{
    /// <summary>When it was last looked for the token, or begun to; null: never.</summary>
    public DateTimeOffset? LookedAt { get; init; }

    public DateTimeOffset? FoundAt { get; init; }

    public DomainMethod? Method { get; init; }

    public DateTimeOffset? MissedAt { get; init; }

    /// <summary>When it was first missed since it was found last; null where it was not.</summary>
    public DateTimeOffset? MissingSince { get; init; }

    public string? Reason { get; init; }

    public DomainState StateAt(DateTimeOffset now, TimeSpan grace)
    {
        if (FoundAt is not null && (MissingSince is not { } since || now < since + grace))
        {
            return MissingSince is null ? DomainState.Verified : DomainState.Failing;
        }

        return now < TokenEnd ? DomainState.Pending : DomainState.Expired;
    }

    /// <summary>Whether it proves a host, at a time when it counts.</summary>
    public bool Covers(string host) => Method == DomainMethod.Dns ? DomainText.Covers(Domain, host) : Domain == host;
}

/// <summary>Domains as records of trust, each of a tenant, a subject and a domain.</summary>
internal static class DomainType
{
    public static TrustType<StoredDomain> Type { get; } = new("domain", Write, Read);

    /// <summary>A domain and a subject together are longer than an id may be, so it is what they hash to.</summary>
    public static string IdOf(string domain, string subject) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{domain}\n{subject}")).AsSpan(0, 16));

    private static void Write(Utf8JsonWriter json, StoredDomain domain)
    {
        json.WriteString("domain"u8, domain.Domain);
        json.WriteString("subject"u8, domain.Subject);
        json.WriteString("token"u8, domain.Token);
        json.WriteString("token_end"u8, domain.TokenEnd);
        json.WriteGiven("looked_at", domain.LookedAt);
        json.WriteGiven("found_at", domain.FoundAt);
        json.WriteGiven("method", domain.Method?.ToName());
        json.WriteGiven("missed_at", domain.MissedAt);
        json.WriteGiven("missing_since", domain.MissingSince);
        json.WriteGiven("reason", domain.Reason);
    }

    private static StoredDomain Read(StoredObject json) =>
        new(json.Text("domain"), json.Text("subject"), json.Text("token"), json.Time("token_end"))
        {
            LookedAt = json.TimeOrNull("looked_at"),
            FoundAt = json.TimeOrNull("found_at"),
            Method = json.TextOrNull("method") is { } method
                ? DomainNames.TryParseMethod(method) ?? throw new JsonException("its method is not known")
                : null,
            MissedAt = json.TimeOrNull("missed_at"),
            MissingSince = json.TimeOrNull("missing_since"),
            Reason = json.TextOrNull("reason"),
        };
}
