namespace OrleansRegistry.Trust.Reviews;

/// <summary>What is asked of new agents and of other cards in all tenants; a tenant's own policy may ask for more.</summary>
public sealed record ReviewOptions
{
    /// <summary>What waits for a reviewer (<c>REGISTRY_REVIEW</c>).</summary>
    public ReviewMode Mode { get; init; }

    /// <summary>The hook that is asked (<c>REGISTRY_POLICY_HOOK_URL</c>), wherever it is; null for none.</summary>
    public string? HookUrl { get; init; }

    /// <summary>What requests to it are signed with (<c>REGISTRY_POLICY_HOOK_SECRET</c>); null: they are not.</summary>
    public string? HookSecret { get; init; }

    /// <summary>How long a hook may take, that of a tenant too (<c>REGISTRY_POLICY_HOOK_TIMEOUT_SECONDS</c>).</summary>
    public TimeSpan HookTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What happens where the hook does not decide (<c>REGISTRY_POLICY_HOOK_ON_FAILURE</c>).</summary>
    public HookFailure OnFailure { get; init; } = HookFailure.Deny;

    /// <summary>Without what is secret.</summary>
    public override string ToString() => Policy.ToString();

    internal StoredReviewPolicy Policy => new(new ReviewPolicy(Mode) { HookUrl = HookUrl, OnFailure = OnFailure }, HookSecret);
}

/// <summary>The settings of reviews.</summary>
internal static class ReviewSettings
{
    private const string More = "trust.md#approval";

    public static SettingGroup<RegistryOptions> Group { get; } = new SettingGroup<RegistryOptions>("Approval")
        .Add(
            "REGISTRY_REVIEW",
            SettingKind.OneOf(("none", ReviewMode.None), ("new", ReviewMode.New), ("all", ReviewMode.All)),
            "Which agents wait for somebody who may approve them: none, new ones, or with another card too. A tenant's own policy may ask for more.",
            options => options.Reviews.Mode,
            (options, value) => options.Reviews = options.Reviews with { Mode = value },
            new() { More = More })
        .Add(
            "REGISTRY_POLICY_HOOK_URL",
            SettingKind.Text("an http or https URL", IsUrl),
            "Asked about each new agent and each other card, and decides in place of `REGISTRY_REVIEW`. A tenant's own hook is asked beside it.",
            options => options.Reviews.HookUrl,
            (options, value) => options.Reviews = options.Reviews with { HookUrl = value },
            new() { More = More, IsSecret = true })
        .Add(
            "REGISTRY_POLICY_HOOK_SECRET",
            SettingKind.Text("`whsec_` and 24 to 64 bytes in Base64", WebhookSignature.IsSecret),
            "What requests to it are signed with, as Standard Webhooks has it.",
            options => options.Reviews.HookSecret,
            (options, value) => options.Reviews = options.Reviews with { HookSecret = value },
            new() { More = More, IsSecret = true })
        .Add(
            "REGISTRY_POLICY_HOOK_TIMEOUT_SECONDS",
            SettingKind.Seconds(0.1, 30),
            "How long a hook may take to decide, those that tenants name too.",
            options => options.Reviews.HookTimeout,
            (options, value) => options.Reviews = options.Reviews with { HookTimeout = value },
            new() { More = More })
        .Add(
            "REGISTRY_POLICY_HOOK_ON_FAILURE",
            SettingKind.OneOf(("deny", HookFailure.Deny), ("allow", HookFailure.Allow), ("review", HookFailure.Review)),
            "Where it does not decide in time: refuse the registration (503), take it, or have it wait for a reviewer.",
            options => options.Reviews.OnFailure,
            (options, value) => options.Reviews = options.Reviews with { OnFailure = value },
            new() { More = More });

    private static bool IsUrl(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && CardUrls.IsHttp(url);
}
