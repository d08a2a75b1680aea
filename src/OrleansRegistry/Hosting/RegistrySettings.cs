using Microsoft.Extensions.Configuration;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Trust.Audit;
using OrleansRegistry.Trust.Domains;
using OrleansRegistry.Trust.Reviews;
using OrleansRegistry.Trust.Signatures;

namespace OrleansRegistry.Hosting;

/// <summary>The settings of the registry, independent of its front ends.</summary>
public static class RegistrySettings
{
    private static readonly SettingGroup<RegistryOptions>[] All =
    [
        StorageSettings.Group,
        StorageSettings.Postgres,
        TenantSettings.Group,
        AgentSettings.Group,
        CardFetchSettings.Group,
        AgentVersionSettings.Group,
        LivenessSettings.Group,
        ProbeSettings.Group,
        SignatureSettings.Group,
        DomainSettings.Group,
        ReviewSettings.Group,
        TaskSettings.Group,
        PushSettings.Group,
        SnapshotSettings.Group,
        BackupSettings.Group,
        AuditSettings.Group,
        LoginSettings.Group,
        ClusterSettings.Group,
    ];

    /// <summary>All of them, by what they are about.</summary>
    public static IReadOnlyList<SettingGroup> Groups => All;

    /// <summary>The options as configuration and environment set them.</summary>
    /// <exception cref="SettingException">A setting has an invalid value.</exception>
    public static RegistryOptions Read(IConfiguration configuration)
    {
        var options = new RegistryOptions();
        StorageSettings.ApplyDefault(configuration, options);
        foreach (var group in All)
        {
            group.Bind(configuration, options);
        }

        return options;
    }

    /// <summary>The database that the options name, for what works on it without a registry.</summary>
    /// <exception cref="SettingException">They name none.</exception>
    public static PostgresStoreOptions DatabaseOf(RegistryOptions options) => StorageSettings.DatabaseOf(options);

    /// <summary>Checks the options, whoever set them.</summary>
    /// <exception cref="SettingException">A value is invalid, or two of them do not fit together.</exception>
    internal static void Check(RegistryOptions options)
    {
        if (All.SelectMany(group => group.FaultsOf(options)).FirstOrDefault() is { } fault)
        {
            throw new SettingException($"{fault}.");
        }

        StorageSettings.Check(options);
        TaskSettings.Check(options);
        PushSettings.Check(options);
        BackupSettings.Check(options);
    }
}
