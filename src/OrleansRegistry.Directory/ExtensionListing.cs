using OrleansRegistry.Model;

namespace OrleansRegistry.Directory;

/// <summary>Answers questions about extensions from one tenant's index.</summary>
internal static class ExtensionListing
{
    private const int MaxPageSize = 1000;

    public static ExtensionPage Run(TenantIndex index, ExtensionQuery query, ExtensionPolicy policy)
    {
        if (query.PageSize is < 1 or > MaxPageSize)
        {
            throw RegistryException.Invalid("page_size", $"must be 1 to {MaxPageSize}");
        }

        var binding = string.Join('\u0001', ["extensions", query.UriPattern, "\u0002", .. query.DeclaringAgents, "\u0002", .. query.TrustLevels]);
        var after = PageToken.Read(query.PageToken, binding);
        var matches = Matching(index, query, policy).Order(StringComparer.Ordinal).ToList();
        var rest = after is null ? matches : matches.SkipWhile(uri => string.CompareOrdinal(uri, after) <= 0).ToList();
        var page = rest.Take(query.PageSize).Select(uri => Find(index, uri, policy)).OfType<ExtensionInfo>().ToList();
        var next = rest.Count > query.PageSize ? PageToken.Make(rest[query.PageSize - 1], binding) : null;
        return new ExtensionPage(page, matches.Count, next);
    }

    public static ExtensionInfo? Find(TenantIndex index, string uri, ExtensionPolicy policy)
    {
        if (index.Extensions.Find(uri) is not var (slots, origin))
        {
            return null;
        }

        var declaring = new List<string>(slots.Count);
        DeclaredExtension? first = null;
        foreach (var slot in slots.After(null))
        {
            if (slot.Entry?.Extension(uri) is { } declared)
            {
                declaring.Add(slot.Id);
                first = first is null || slot.Id == origin.AgentId ? declared : first;
            }
        }

        return first is null
            ? null
            : new ExtensionInfo(uri, first.Description ?? "", first.Required, first.Params, origin.AgentId, origin.At, policy.TrustLevel, declaring);
    }

    private static IEnumerable<string> Matching(TenantIndex index, ExtensionQuery query, ExtensionPolicy policy)
    {
        if (query.TrustLevels.Count > 0 && !query.TrustLevels.Contains(policy.TrustLevel))
        {
            return [];
        }

        var uris = query.DeclaringAgents.Count == 0
            ? index.Extensions.Uris
            : query.DeclaringAgents.SelectMany(id => index.Find(id)?.Extensions ?? []).Select(extension => extension.Uri).Distinct();
        return string.IsNullOrEmpty(query.UriPattern)
            ? uris
            : uris.Where(uri => uri.ToLowerInvariant().Contains(query.UriPattern.ToLowerInvariant(), StringComparison.Ordinal));
    }
}
