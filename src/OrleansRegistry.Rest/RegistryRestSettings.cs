using OrleansRegistry.Settings;

namespace OrleansRegistry.Rest;

/// <summary>The settings of the REST API and of JSON-RPC.</summary>
public static class RegistryRestSettings
{
    internal static SettingGroup<RegistryRestOptions> All { get; } = new SettingGroup<RegistryRestOptions>("REST and JSON-RPC")
        .Add(
            "REGISTRY_MAX_BATCH",
            SettingKind.Number(1, 1_000_000),
            "The most entries of a batch: agents of `POST /agents:batch`, calls of a JSON-RPC batch.",
            options => options.MaxBatchEntries,
            (options, value) => options.MaxBatchEntries = value)
        .Add(
            "REGISTRY_ALLOW_TRANSFER",
            SettingKind.Flag,
            "Answer `GET /export`, `POST /import` and `/backups`, to every caller and of every tenant, secrets included. Leave it off where others than the operator "
                + "reach this process.",
            options => options.AllowTransfer,
            (options, value) => options.AllowTransfer = value,
            new() { More = "data.md#export-and-import" });

    /// <summary>All of them, by what they are about.</summary>
    public static IReadOnlyList<SettingGroup> Groups { get; } = [All];
}
