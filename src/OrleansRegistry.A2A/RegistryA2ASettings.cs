using OrleansRegistry.Settings;

namespace OrleansRegistry.A2A;

/// <summary>The settings of the A2A front end.</summary>
public static class RegistryA2ASettings
{
    internal const string CardKeyFile = "A2A_CARD_KEY_FILE";
    internal const string OtherCardKeyFiles = "A2A_CARD_OTHER_KEY_FILES";

    internal static SettingGroup<RegistryA2AOptions> All { get; } = new SettingGroup<RegistryA2AOptions>("A2A")
        .Add(
            "A2A_SEND_TIMEOUT_SECONDS",
            SettingKind.Seconds(1, 3600),
            "How long `SendMessage` waits for a task to end or to ask something; then it answers the task as it is. A proxy in front must wait as long.",
            options => options.SendTimeout,
            (options, value) => options.SendTimeout = value,
            new() { More = "a2a.md#sendmessage" })
        .Add(
            "A2A_CARD_MAX_AGE_SECONDS",
            SettingKind.Seconds(0, 86400),
            "How long clients may keep the card of an agent before they ask for it again.",
            options => options.CardMaxAge,
            (options, value) => options.CardMaxAge = value,
            new() { More = "a2a.md#cards" })
        .Add(
            "A2A_GRPC_ADDRESS",
            SettingKind.Plain("`host:port`", IsHostAndPort),
            "Where clients reach gRPC, for the cards of agents. Without it they name the registry's own address where this server is reached over TLS "
                + "without a proxy, else the port of `A2A_GRPC_PORT` at the registry's host.",
            options => options.GrpcAddress,
            (options, value) => options.GrpcAddress = value,
            new() { More = "a2a.md#cards" })
        .Add(
            CardKeyFile,
            SettingKind.Text("a PEM file"),
            "The private key, on the curve P-256, that the cards made by the registry are signed with (ES256). Without one they are not signed.",
            options => options.CardKeyFile,
            (options, value) => options.CardKeyFile = value,
            new() { More = "a2a.md#cards" })
        .Add(
            OtherCardKeyFiles,
            SettingKind.List("PEM files, a space between", " "),
            "Keys that are published beside it, private or public: the next one before it signs, and the last one after.",
            options => options.OtherCardKeyFiles,
            (options, value) => options.OtherCardKeyFiles = value,
            new() { More = "a2a.md#cards" });

    /// <summary>All of them, by what they are about.</summary>
    public static IReadOnlyList<SettingGroup> Groups { get; } = [All];

    private static bool IsHostAndPort(string text) =>
        Uri.TryCreate($"grpc://{text}", UriKind.Absolute, out var uri) && uri.Port > 0
        && string.Equals($"{uri.Host}:{uri.Port}", text, StringComparison.OrdinalIgnoreCase);
}
