using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace OrleansRegistry.Trust.Audit;

/// <summary>Registers the audit trail.</summary>
internal static class AuditServices
{
    public static void AddAudit(this IServiceCollection services, RegistryOptions options)
    {
        services.TryAddSingleton(new AuditDefault(AuditMode.Off));
        if (options.Cluster.Role != ClusterRole.Silo)
        {
            services.AddSingleton<AuditLanes>();
            services.AddSingleton<AuditDrain>();
            services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<AuditDrain>());
            services.AddSingleton<ILifecycleParticipant<IClusterClientLifecycle>>(provider => provider.GetRequiredService<AuditDrain>());
            services.AddSingleton<RefusedPace>();
            services.AddSingleton<OperationAudit>();
            services.AddSingleton<IOperationAudit>(provider => provider.GetRequiredService<OperationAudit>());
            services.AddSingleton<IRefusedCalls, RefusedCalls>();
            services.AddGuarded<IAuditTrail, AuditTrail, GuardedAudit>();
        }

        if (options.Cluster.Role != ClusterRole.Gateway)
        {
            services.AddSingleton(provider => new AuditLog(provider.GetRequiredService<ILoggerFactory>(), options.Audit));
            services.AddSingleton<AuditRetention>();
            services.AddHostedService<AuditRetentionService>();
        }
    }
}
