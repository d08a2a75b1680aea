using Microsoft.Extensions.DependencyInjection;

namespace OrleansRegistry;

/// <summary>
/// Takes the registry's own <see cref="TimeProvider"/>, which in a cluster is the database's time. The one that is registered without a key is the host's,
/// which may be anything, and stays the host's.
/// </summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class RegistryTimeAttribute() : FromKeyedServicesAttribute(ServiceKey)
{
    /// <summary>The key under which the registry's time is registered.</summary>
    public const string ServiceKey = "registry.time";
}
