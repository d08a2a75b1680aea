namespace OrleansRegistry;

/// <summary>
/// Tags and names that distinguish the registry's health checks from those of the host; every name begins with <see cref="Prefix"/>.
/// </summary>
public static class HealthCheckNames
{
    /// <summary>The prefix of the names of the registry's checks; <c>/health/ready</c> leaves it out.</summary>
    public const string Prefix = "registry.";

    /// <summary>The tag of the checks that decide the registry's readiness. A host's own check with this tag counts too.</summary>
    public const string Ready = "registry.ready";

    /// <summary>The tag of the checks that concern this process alone, independent of its store.</summary>
    public const string Serving = "registry.serving";
}
