namespace OrleansRegistry;

/// <summary>What waits for a reviewer.</summary>
public enum ReviewMode
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>New agents.</summary>
    New,

    /// <summary>New agents, and other cards of agents.</summary>
    All,
}

/// <summary>What happens where a policy hook does not decide: it cannot be reached, takes too long, or answers something else.</summary>
public enum HookFailure
{
    /// <summary>The registration is refused, and can be tried again.</summary>
    Deny,

    /// <summary>It is as though the hook had allowed it.</summary>
    Allow,

    /// <summary>It waits for a reviewer.</summary>
    Review,
}

/// <summary>Names of <see cref="ReviewMode"/> and <see cref="HookFailure"/>.</summary>
public static class ReviewPolicyNames
{
    private static readonly EnumNames<ReviewMode> Modes = new((ReviewMode.None, "none"), (ReviewMode.New, "new"), (ReviewMode.All, "all"));

    private static readonly EnumNames<HookFailure> Failures = new(
        (HookFailure.Deny, "deny"), (HookFailure.Allow, "allow"), (HookFailure.Review, "review"));

    /// <summary>All names of <see cref="ReviewMode"/>, for messages.</summary>
    public static string AllModes => Modes.All;

    /// <summary>All names of <see cref="HookFailure"/>, for messages.</summary>
    public static string AllFailures => Failures.All;

    /// <summary>The name in documents, such as <c>new</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
    public static string ToName(this ReviewMode mode) => Modes.Of(mode);

    /// <inheritdoc cref="ToName(ReviewMode)"/>
    public static string ToName(this HookFailure failure) => Failures.Of(failure);

    /// <summary>Parses a name, case-sensitive; null when there is no such value.</summary>
    public static ReviewMode? TryParseMode(string? name) => Modes.TryParse(name);

    /// <inheritdoc cref="TryParseMode"/>
    public static HookFailure? TryParseFailure(string? name) => Failures.TryParse(name);
}

/// <summary>What a tenant asks of new agents and of other cards of agents.</summary>
/// <param name="Mode">What waits for a reviewer, where no hook decides.</param>
public sealed record ReviewPolicy(ReviewMode Mode = ReviewMode.None)
{
    /// <summary>
    /// Asked about each new agent and each other card of an agent, before anything is stored, and decides in the place of <see cref="Mode"/>: an http or
    /// https URL of up to 2,048 characters, at an address where webhooks may be. Null: none is asked.
    /// </summary>
    public string? HookUrl { get; init; }

    /// <summary>What happens where the hook does not decide.</summary>
    public HookFailure OnFailure { get; init; } = HookFailure.Deny;

    /// <summary>Told of reviews that are asked for and decided: a URL as <see cref="HookUrl"/>. Null: nobody is.</summary>
    public string? WebhookUrl { get; init; }
}

/// <summary>What came of writing a policy.</summary>
/// <param name="Policy">As it is stored.</param>
/// <param name="Secret">What requests to its URLs are signed with, where it was made now: it is told this once. Else null.</param>
public sealed record ReviewPolicySaved(ReviewPolicy Policy, string? Secret)
{
    /// <summary>Without what is secret.</summary>
    public override string ToString() => $"stored: {Policy}";
}
