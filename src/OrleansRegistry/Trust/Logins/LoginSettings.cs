namespace OrleansRegistry.Trust.Logins;

/// <summary>The settings of logins that are of the registry itself.</summary>
internal static class LoginSettings
{
    public static SettingGroup<RegistryOptions> Group { get; } = new SettingGroup<RegistryOptions>("Logins")
        .Add(
            "REGISTRY_SESSION_SECONDS",
            SettingKind.Seconds(60, 90 * 24 * 60 * 60),
            "How long a session of a user lasts who has logged in.",
            options => options.Logins.SessionTime,
            (options, value) => options.Logins = options.Logins with { SessionTime = value },
            new() { More = "trust.md#logins" });
}
