using System.Net;

namespace OrleansRegistry.Trust.Domains;

/// <summary>The settings of domains.</summary>
internal static class DomainSettings
{
    private const int DnsPort = 53;
    private const double LongestTime = 31_536_000;
    private const string More = "signatures.md#domains";

    public static SettingGroup<RegistryOptions> Group { get; } = new SettingGroup<RegistryOptions>("Domains of agents")
        .Add(
            "REGISTRY_DOMAIN_RESOLVER",
            SettingKind.Text("an address, or `ADDRESS:PORT`", text => ServerOf(text) is not null),
            "The DNS server that is asked whether a domain is proved. Unset: those of the system.",
            options => options.Domains.Resolver,
            (options, value) => options.Domains = options.Domains with { Resolver = value },
            new() { More = More })
        .Add(
            "REGISTRY_DOMAIN_RECHECK_SECONDS",
            SettingKind.Seconds(60, LongestTime),
            "How often it is looked again whether domains that were proved still are.",
            options => options.Domains.Recheck,
            (options, value) => options.Domains = options.Domains with { Recheck = value },
            new() { More = More })
        .Add(
            "REGISTRY_DOMAIN_GRACE_SECONDS",
            SettingKind.Seconds(0, LongestTime),
            "How long a domain counts as proved after its proof was first missed.",
            options => options.Domains.Grace,
            (options, value) => options.Domains = options.Domains with { Grace = value },
            new() { More = More })
        .Add(
            "A2A_REGISTRY_REQUIRE_DOMAIN_VERIFICATION",
            SettingKind.Flag,
            "Refuse agents, and new cards of agents, whose owner has not proved the domains of the card's URLs.",
            options => options.Domains.Required,
            (options, value) => options.Domains = options.Domains with { Required = value },
            new() { Aliases = ["REGISTRY_REQUIRE_DOMAIN_VERIFICATION"], More = More });

    /// <summary>The server that a text names; null where it names none.</summary>
    public static IPEndPoint? ServerOf(string text) => IPEndPoint.TryParse(text, out var server)
        ? server.Port == 0 ? new IPEndPoint(server.Address, DnsPort) : server
        : null;
}
