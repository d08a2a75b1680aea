namespace OrleansRegistry;

/// <summary>
/// How the registry's health checks are told from those of the host that it runs in: by the tags here, and by names that begin with <see cref="Prefix"/>.
/// </summary>
public static class HealthCheckNames
{
    /// <summary>Begins the name of each of the registry's checks; <c>/health/ready</c> leaves it out.</summary>
    public const string Prefix = "registry.";

    /// <summary>The tag of what the registry's readiness consists of. A check of the host that has it counts too.</summary>
    public const string Ready = "registry.ready";

    /// <summary>The tag of what concerns this process alone, whatever its store can do.</summary>
    public const string Serving = "registry.serving";
}
