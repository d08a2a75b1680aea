using OrleansRegistry.Settings;

namespace OrleansRegistry.A2A;

/// <summary>The settings of the A2A front end.</summary>
public static class RegistryA2ASettings
{
    internal static SettingGroup<RegistryA2AOptions> All { get; } = new SettingGroup<RegistryA2AOptions>("A2A")
        .Add(
            "A2A_SEND_TIMEOUT_SECONDS",
            SettingKind.Seconds(1, 3600),
            "How long `SendMessage` waits for a task to end or to ask something; then it answers the task as it is. A proxy in front must wait as long.",
            options => options.SendTimeout,
            (options, value) => options.SendTimeout = value,
            new() { More = "a2a.md#sendmessage" });

    /// <summary>All of them, by what they are about.</summary>
    public static IReadOnlyList<SettingGroup> Groups { get; } = [All];
}
