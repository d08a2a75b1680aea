using Microsoft.Extensions.Configuration;
using OrleansRegistry.Model;

namespace OrleansRegistry.Hosting;

/// <summary>The registry's options as configuration and environment set them.</summary>
internal static class RegistrySettings
{
    /// <exception cref="SettingException">A setting has a value that it cannot have.</exception>
    public static RegistryOptions Read(IConfiguration configuration)
    {
        var settings = new Settings(configuration);
        var unset = new RegistryOptions();
        return new RegistryOptions
        {
            StorageType = PostgresSettings.ReadType(settings, unset.StorageType),
            Postgres = PostgresSettings.Read(settings),
            DataDirectory = settings.Plain("STORAGE_DATA_DIR") ?? unset.DataDirectory,
            StrictCards = settings.Flag("REGISTRY_STRICT_CARDS", unset.StrictCards),
            MaxCardBytes = settings.Number("REGISTRY_MAX_CARD_BYTES", unset.MaxCardBytes, 1024, 16 * 1024 * 1024),
            MaxMessageBytes = settings.Number("REGISTRY_MAX_MESSAGE_BYTES", unset.MaxMessageBytes, 1024, 16 * 1024 * 1024),
            MaxLoadBytes = settings.Number("REGISTRY_MAX_LOAD_BYTES", unset.MaxLoadBytes, 64 * 1024, 32 * 1024 * 1024),
            TaskDeadline = Age(settings, "TASK_DEADLINE_SECONDS", (int)TaskRules.MaxDeadline.TotalSeconds),
            TaskMaxAttempts = settings.Number("TASK_MAX_ATTEMPTS", unset.TaskMaxAttempts, 0, 1000),
            TaskRetention = Age(settings, "TASK_RETENTION_SECONDS"),
            ContextRetention = Age(settings, "CONTEXT_RETENTION_SECONDS"),
            GrainIdle = TimeSpan.FromSeconds(settings.Number("REGISTRY_IDLE_SECONDS", (int)unset.GrainIdle.TotalSeconds, 10, 86_400)),
            Extensions = new ExtensionPolicy(
                settings.Flag("A2A_REGISTRY_DEV_MODE", unset.Extensions.DevelopmentMode),
                settings.Flag("A2A_REGISTRY_REQUIRE_EXTENSION_VERIFICATION", unset.Extensions.RequireVerification),
                settings.OneOf(
                    "A2A_REGISTRY_DEFAULT_DEV_TRUST_LEVEL",
                    unset.Extensions.DevelopmentTrustLevel,
                    TrustLevels.All.ToDictionary(level => level, StringComparer.OrdinalIgnoreCase)),
                settings.List("A2A_REGISTRY_EXTENSION_ALLOWLIST")),
            Cluster = ClusterSettings.Read(settings),
            SiloPort = settings.Number("ORLEANS_SILO_PORT", unset.SiloPort, 0, 65_535),
            GatewayPort = settings.Number("ORLEANS_GATEWAY_PORT", unset.GatewayPort, 0, 65_535),
        };
    }

    private static TimeSpan? Age(Settings settings, string name, int most = int.MaxValue) =>
        settings.Number(name, 0, 0, most) is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : null;
}
