using Microsoft.Extensions.DependencyInjection;

namespace OrleansRegistry.Trust.Records;

/// <summary>Adds <see cref="TrustRecords"/>, once the store is opened by a hosted service before.</summary>
internal static class TrustRecordServices
{
    public static void AddTrustRecords(this IServiceCollection services)
    {
        services.AddSingleton<TrustRecords>();
        services.AddHostedService<TrustFeed>();
        services.AddHealthChecks().AddCheck<TrustHealthCheck>(HealthCheckNames.Prefix + "trust", tags: [HealthCheckNames.Ready]);
    }
}
