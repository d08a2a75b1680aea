using System.Text.Json;
using OrleansRegistry.Outbound;

namespace OrleansRegistry.Trust.Reviews;

/// <summary>A policy with the secret that requests to its URLs are signed with.</summary>
/// <param name="Secret">Null where it names no URL, or they are not signed.</param>
internal sealed record StoredReviewPolicy(ReviewPolicy Policy, string? Secret)
{
    /// <summary>Without what is secret.</summary>
    public override string ToString() => Policy.ToString();
}

/// <summary>The policies of tenants, as they are stored, and that of the settings, which no tenant's own takes the place of.</summary>
internal sealed class ReviewPolicies(TrustRecords records, ReviewOptions options, PushOptions push)
{
    private const string Id = "reviews";

    private static readonly TrustType<StoredReviewPolicy> Type = new("reviewpolicy", Write, Read);

    private readonly StoredReviewPolicy usual = options.Policy;

    /// <summary>The tenant's own; that of the settings where it has none.</summary>
    public StoredReviewPolicy Of(string tenant) => Own(tenant) ?? usual;

    /// <summary>All that ask anything of its cards, the settings' first, and whether each is the tenant's own: what any of them refuses or holds is.</summary>
    public IReadOnlyList<(StoredReviewPolicy Policy, bool IsOwn)> Asking(string tenant)
    {
        var own = Own(tenant);
        return (Asks(usual), own is not null && Asks(own)) switch
        {
            (true, true) => [(usual, false), (own!, true)],
            (true, false) => [(usual, false)],
            (false, true) => [(own!, true)],
            _ => [],
        };
    }

    /// <summary>Whether it is the tenant's own, whose URLs lead where webhooks may be.</summary>
    public bool IsOwn(string tenant) => Own(tenant) is not null;

    public async Task<ReviewPolicySaved> PutAsync(string tenant, ReviewPolicy policy, string? secret, CancellationToken cancellationToken)
    {
        CheckUrl(policy.HookUrl, "hook_url");
        CheckUrl(policy.WebhookUrl, "webhook_url");
        if (secret is not null)
        {
            WebhookSignature.CheckSecret(secret);
        }

        var made = WebhookSignature.NewSecret();
        var hasUrl = (policy.HookUrl ?? policy.WebhookUrl) is not null;
        var written = await records.ChangeAsync(
            Type,
            tenant,
            Id,
            before =>
            {
                var after = new StoredReviewPolicy(policy, secret ?? before?.Secret ?? (hasUrl ? made : null));
                return after == before ? before : after;
            },
            cancellationToken);
        return new ReviewPolicySaved(written!.Value.Policy, written.Value.Secret == made ? made : null);
    }

    private static bool Asks(StoredReviewPolicy policy) => policy.Policy is { Mode: not ReviewMode.None } or { HookUrl: not null };

    private StoredReviewPolicy? Own(string tenant) => records.Find(Type, tenant, Id)?.Value;

    private void CheckUrl(string? text, string field)
    {
        if (text is null)
        {
            return;
        }

        if (text.Length > SubscriptionRules.MaxUrl || !Uri.TryCreate(text, UriKind.Absolute, out var url) || !CardUrls.IsHttp(url)
            || url.UserInfo.Length > 0)
        {
            throw RegistryException.Invalid(
                field, $"must be an http or https URL of up to {SubscriptionRules.MaxUrl:N0} characters, without user name and password");
        }

        if (push.Addresses.Refuses(url))
        {
            throw RegistryException.Invalid(
                field, "is at an address that is not public; PUSH_ALLOWED_NETWORKS names networks where receivers may be all the same");
        }
    }

    private static void Write(Utf8JsonWriter json, StoredReviewPolicy stored)
    {
        json.WriteString("review"u8, stored.Policy.Mode.ToName());
        json.WriteString("on_failure"u8, stored.Policy.OnFailure.ToName());
        json.WriteGiven("hook_url", stored.Policy.HookUrl);

        json.WriteGiven("webhook_url", stored.Policy.WebhookUrl);

        json.WriteGiven("secret", stored.Secret);
    }

    private static StoredReviewPolicy Read(StoredObject json) => new(
        new ReviewPolicy(
            ReviewPolicyNames.TryParseMode(json.Text("review")) ?? throw new JsonException($"'review' is not {ReviewPolicyNames.AllModes}"))
        {
            OnFailure = ReviewPolicyNames.TryParseFailure(json.Text("on_failure"))
                ?? throw new JsonException($"'on_failure' is not {ReviewPolicyNames.AllFailures}"),
            HookUrl = json.TextOrNull("hook_url"),
            WebhookUrl = json.TextOrNull("webhook_url"),
        },
        json.TextOrNull("secret"));
}
