using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace OrleansRegistry.Objects;

/// <summary>Registers what opens object stores.</summary>
public static class ObjectStoreServices
{
    /// <summary>Adds <see cref="ObjectStores"/>; called again, it does nothing.</summary>
    public static IServiceCollection AddObjectStores(this IServiceCollection services)
    {
        services.TryAddSingleton<ObjectStores>();
        return services;
    }
}
