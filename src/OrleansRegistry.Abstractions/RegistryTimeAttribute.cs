using Microsoft.Extensions.DependencyInjection;

namespace OrleansRegistry;

/// <summary>
/// Injects the registry's own <see cref="TimeProvider"/>, which follows the database's time in a cluster. The one registered without a key belongs to
/// the host.
/// </summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class RegistryTimeAttribute() : FromKeyedServicesAttribute(ServiceKey)
{
    /// <summary>The key under which the registry's time is registered.</summary>
    public const string ServiceKey = "registry.time";
}
