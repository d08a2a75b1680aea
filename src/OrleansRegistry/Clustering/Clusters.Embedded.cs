using Microsoft.Extensions.Hosting;

namespace OrleansRegistry.Hosting;

/// <summary>Puts this process into a cluster, where the engine has that.</summary>
internal static class Clusters
{
    /// <exception cref="SettingException">The engine has no clusters.</exception>
    public static void ThrowUnlessSupported(RegistryClusterOptions cluster)
    {
        if (cluster.Role != ClusterRole.All)
        {
            throw Refusal($"REGISTRY_ROLE is {ClusterSettings.Text(cluster.Role)}", "REGISTRY_ROLE=all");
        }

        if (cluster.IsCluster)
        {
            throw Refusal($"REGISTRY_CLUSTERING is {ClusterSettings.Text(cluster.Type)}", "REGISTRY_CLUSTERING=localhost");
        }
    }

    public static void Join(IHostApplicationBuilder builder, RegistryOptions options, Action<ISiloBuilder> configure) =>
        throw new NotSupportedException("The Embedded engine has no clusters.");

    private static SettingException Refusal(string what, string instead) =>
        new($"{what}, and this build has the Embedded engine, which is one process: build with REGISTRY_ENGINE=Orleans, or set {instead}.");
}
