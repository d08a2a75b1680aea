using Microsoft.Extensions.DependencyInjection;

namespace OrleansRegistry.Trust.Keys;

/// <summary>Adds the API keys.</summary>
internal static class KeyServices
{
    public static void AddApiKeys(this IServiceCollection services)
    {
        services.AddSingleton<TrustCatchUp>();
        services.AddSingleton<KeyTable>();
        services.AddSingleton<ICallerCredentials>(provider => provider.GetRequiredService<KeyTable>());
        services.AddSingleton<IApiKeys, ApiKeys>();
        services.AddSingleton<IFirstAdmin, FirstAdmin>();
        services.AddHostedService<KeyUseService>();
    }
}
