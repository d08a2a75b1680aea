using OrleansRegistry.Settings;

namespace OrleansRegistry.Mcp;

/// <summary>The settings of MCP.</summary>
public static class RegistryMcpSettings
{
    private const int LeastResult = 16 * 1024;
    private const int MostResult = 16 * 1024 * 1024;

    internal static SettingGroup<RegistryMcpOptions> All { get; } = new SettingGroup<RegistryMcpOptions>("MCP")
        .Add(
            "MCP_READ_ONLY",
            SettingKind.Flag,
            "Offer only the tools that change nothing.",
            options => options.ReadOnly,
            (options, value) => options.ReadOnly = value,
            new() { More = "mcp.md" })
        .Add(
            "MCP_MAX_RESULT_BYTES",
            SettingKind.Number(LeastResult, MostResult),
            "The largest result of a tool; a longer one ends with a token to go on.",
            options => options.MaxResultBytes,
            (options, value) => options.MaxResultBytes = value)
        .Add(
            "MCP_MAX_WAIT_SECONDS",
            SettingKind.Seconds(1, 3600),
            "The longest that a tool waits for a task.",
            options => options.MaxWait,
            (options, value) => options.MaxWait = value);

    /// <summary>All of them, by what they are about.</summary>
    public static IReadOnlyList<SettingGroup> Groups { get; } = [All];
}
