using System.Net;

namespace OrleansRegistry.Trust.Domains;

/// <summary>How the proof of domains is looked for.</summary>
public sealed record DomainOptions
{
    /// <summary>The DNS server that is asked, as <c>address</c> or <c>address:port</c>; null: the system's (<c>REGISTRY_DOMAIN_RESOLVER</c>).</summary>
    public string? Resolver { get; init; }

    /// <summary>How often it is looked again whether proved domains still are (<c>REGISTRY_DOMAIN_RECHECK_SECONDS</c>).</summary>
    public TimeSpan Recheck { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long a domain counts as proved after its token was first missed (<c>REGISTRY_DOMAIN_GRACE_SECONDS</c>).</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromDays(3);

    /// <summary>How long a domain can be proved for the first time by a token.</summary>
    internal TimeSpan TokenLife { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Refuse agents whose owner has not proved their domains (<c>A2A_REGISTRY_REQUIRE_DOMAIN_VERIFICATION</c>).</summary>
    public bool Required { get; init; }

    /// <summary>What files are asked for through; null: the network. A test sets it.</summary>
    internal HttpMessageHandler? Backchannel { get; init; }

    /// <summary>Finds the addresses of a domain; null: the system's resolver. A test sets it.</summary>
    internal Func<string, CancellationToken, Task<IPAddress[]>>? Resolve { get; init; }
}
