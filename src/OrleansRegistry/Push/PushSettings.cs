using OrleansRegistry.Outbound;

namespace OrleansRegistry.Push;

/// <summary>The settings of push notifications.</summary>
internal static class PushSettings
{
    private const string Backoff = "PUSH_BACKOFF_SECONDS";
    private const string MaxBackoff = "PUSH_MAX_BACKOFF_SECONDS";
    private const string More = "push.md";

    public static SettingGroup<RegistryOptions> Group { get; } = new SettingGroup<RegistryOptions>("Push notifications")
        .Add(
            "PUSH_ENABLED",
            SettingKind.Flag,
            "Deliver what happens to tasks to their webhooks, which are stored either way.",
            options => options.Push.Enabled,
            (options, value) => options.Push = options.Push with { Enabled = value },
            new() { More = More })
        .Add(
            "PUSH_TIMEOUT_SECONDS",
            SettingKind.Seconds(1, 30),
            "How long a receiver may take to answer.",
            options => options.Push.Timeout,
            (options, value) => options.Push = options.Push with { Timeout = value })
        .Add(
            "PUSH_MAX_ATTEMPTS",
            SettingKind.Number(1, 1000),
            "So many failures in a row end the delivery to a webhook, until it is saved again.",
            options => options.Push.MaxAttempts,
            (options, value) => options.Push = options.Push with { MaxAttempts = value },
            new() { More = More + "#retries-and-dead-letters" })
        .Add(
            Backoff,
            SettingKind.Seconds(0.01, 60),
            "The pause after the first failure; it doubles with each that follows.",
            options => options.Push.Backoff,
            (options, value) => options.Push = options.Push with { Backoff = value })
        .Add(
            MaxBackoff,
            SettingKind.Seconds(0.01, 3600),
            $"The longest pause between two attempts; not less than `{Backoff}`.",
            options => options.Push.MaxBackoff,
            (options, value) => options.Push = options.Push with { MaxBackoff = value })
        .Add(
            "PUSH_MAX_CONCURRENT",
            SettingKind.Number(8, 10_000),
            "How many notifications a process sends at once.",
            options => options.Push.MaxConcurrent,
            (options, value) => options.Push = options.Push with { MaxConcurrent = value })
        .Add(
            "PUSH_MAX_CONCURRENT_PER_HOST",
            SettingKind.Number(1, 1000),
            "How many of them to one host.",
            options => options.Push.MaxConcurrentPerHost,
            (options, value) => options.Push = options.Push with { MaxConcurrentPerHost = value })
        .Add(
            "PUSH_MAX_SUBSCRIPTIONS",
            SettingKind.Number(0, 10_000),
            "How many subscriptions to changes of agents one subject may have.",
            options => options.Push.MaxSubscriptions,
            (options, value) => options.Push = options.Push with { MaxSubscriptions = value },
            new() { More = "subscriptions.md" })
        .Add(
            "PUSH_ALLOWED_NETWORKS",
            OutboundAddresses.Setting,
            "Where receivers may be beside public addresses. All others (loopback, private, link-local, …) are refused, however a webhook's URL leads "
            + "there.",
            options => options.Push.AllowedNetworks,
            (options, value) => options.Push = options.Push with { AllowedNetworks = value },
            new() { More = More + "#where-receivers-may-be" });

    /// <exception cref="SettingException">The first pause is longer than the longest.</exception>
    public static void Check(RegistryOptions options)
    {
        if (options.Push.Backoff > options.Push.MaxBackoff)
        {
            throw new SettingException(
                $"{Backoff} is {options.Push.Backoff.TotalSeconds}, more than {MaxBackoff}, which is {options.Push.MaxBackoff.TotalSeconds}: make the "
                + "first smaller or the second larger.");
        }
    }
}
