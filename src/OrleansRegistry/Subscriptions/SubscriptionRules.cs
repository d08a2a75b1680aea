using OrleansRegistry.Directory;
using OrleansRegistry.Outbound;

namespace OrleansRegistry.Subscriptions;

/// <summary>What a subscription must be.</summary>
internal static class SubscriptionRules
{
    public const int MaxUrl = 2048;
    private const int MaxQueryBytes = 64 * 1024;

    /// <param name="receivers">Where receivers may be.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: the member and the rule are named.</exception>
    public static void Check(SubscriptionSave save, OutboundAddresses receivers)
    {
        CheckUrl(save.Url, receivers);
        if (save.Secret is not null)
        {
            WebhookSignature.CheckSecret(save.Secret);
        }

        if (save.Query is { } query)
        {
            CheckQuery(query);
        }
    }

    private static void CheckUrl(string text, OutboundAddresses receivers)
    {
        if (text.Length > MaxUrl || !Uri.TryCreate(text, UriKind.Absolute, out var url)
            || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
        {
            throw RegistryException.Invalid("url", $"must be an http or https URL of up to {MaxUrl:N0} characters");
        }

        if (url.UserInfo.Length > 0)
        {
            throw RegistryException.Invalid("url", "must not have a user name or password: requests are signed with the secret");
        }

        if (receivers.Refuses(url))
        {
            throw RegistryException.Invalid(
                "url", "is at an address that is not public; PUSH_ALLOWED_NETWORKS names networks where receivers may be all the same");
        }
    }

    private static void CheckQuery(AgentQuery query)
    {
        AgentWatch.Check(query);
        if (StoredQuery.Write(query).Length > MaxQueryBytes)
        {
            throw RegistryException.Invalid("query", $"has more than {MaxQueryBytes / 1024} KiB");
        }

        _ = AgentListing.MatcherOf(query);
    }
}
