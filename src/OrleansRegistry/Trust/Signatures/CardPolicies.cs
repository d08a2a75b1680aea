using System.Text.Json;
using OrleansRegistry.Trust.Records;

namespace OrleansRegistry.Trust.Signatures;

/// <summary>What tenants ask of cards: one record of each tenant that asks for something.</summary>
internal sealed class CardPolicies(TrustRecords records)
{
    private const string Id = "cards";
    private const int LongestUri = CardIssuer.MostText;

    private static readonly TrustType<CardPolicy> Type = new("cardpolicy", Write, Read);

    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>: there is one, and it cannot be read.</exception>
    public CardPolicy? Find(string tenant) => records.Find(Type, tenant, Id)?.Value;

    /// <summary>For what only shows agents: <see cref="AgentVerdicts.UnreadablePolicy"/> where there is one that cannot be read.</summary>
    public CardPolicy? FindReadable(string tenant)
    {
        var found = records.TryFind(Type, tenant, Id, out var isUnreadable);
        return isUnreadable ? AgentVerdicts.UnreadablePolicy : found?.Value;
    }

    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: it cannot be one.</exception>
    public async Task<CardPolicy> PutAsync(string tenant, CardPolicy policy, CancellationToken cancellationToken)
    {
        Check(policy);
        var written = await records.ChangeAsync(Type, tenant, Id, before => policy.IsSame(before) ? before : policy, cancellationToken);
        return written!.Value;
    }

    private static void Check(CardPolicy policy)
    {
        if (policy.Extensions is { } extensions)
        {
            if (extensions.Count > CardPolicy.MostExtensions || extensions.Distinct(StringComparer.Ordinal).Count() < extensions.Count)
            {
                throw RegistryException.Invalid("extensions", $"must name up to {CardPolicy.MostExtensions:N0} URIs, each once");
            }

            CheckUris("extensions", extensions);
        }

        if (policy.MinimumTrustLevel is { } least)
        {
            TrustLevels.Check(least, "minimum_trust_level");
        }

        CheckLevels("owner_trust_levels", policy.OwnerTrustLevels);
        foreach (var subject in policy.OwnerTrustLevels?.Keys ?? [])
        {
            Identifiers.CheckId(subject, "owner_trust_levels");
        }

        CheckLevels("extension_trust_levels", policy.ExtensionTrustLevels);
        CheckUris("extension_trust_levels", policy.ExtensionTrustLevels?.Keys ?? []);
    }

    private static void CheckUris(string field, IEnumerable<string> uris)
    {
        if (uris.Any(uri => uri.Length is 0 or > LongestUri || uri.Any(char.IsControl)))
        {
            throw RegistryException.Invalid(field, $"must be URIs of 1 to {LongestUri:N0} characters");
        }
    }

    private static void CheckLevels(string field, IReadOnlyDictionary<string, string>? levels)
    {
        if (levels?.Count > CardPolicy.MostLevels)
        {
            throw RegistryException.Invalid(field, $"must have up to {CardPolicy.MostLevels:N0} members, not {levels.Count:N0}");
        }

        foreach (var (of, level) in levels ?? new Dictionary<string, string>())
        {
            TrustLevels.Check(level, $"{field}.{of}");
        }
    }

    private static void Write(Utf8JsonWriter json, CardPolicy policy)
    {
        json.WriteBoolean("require_signature"u8, policy.RequireSignature);
        json.WriteGiven("require_domain", policy.RequireDomain ? true : null);
        json.WriteGiven("extensions", policy.Extensions);
        json.WriteGiven("minimum_trust_level", policy.MinimumTrustLevel);
        json.WriteGiven("owner_trust_levels", policy.OwnerTrustLevels);
        json.WriteGiven("extension_trust_levels", policy.ExtensionTrustLevels);
    }

    private static CardPolicy Read(StoredObject json) => new(json.Flag("require_signature"))
    {
        RequireDomain = json.Has("require_domain") && json.Flag("require_domain"),
        Extensions = json.Has("extensions") ? json.Array("extensions", ReadUri) : null,
        MinimumTrustLevel = json.TextOrNull("minimum_trust_level"),
        OwnerTrustLevels = json.TextsOrNull("owner_trust_levels"),
        ExtensionTrustLevels = json.TextsOrNull("extension_trust_levels"),
    };

    private static string ReadUri(JsonElement uri) => uri.GetString() ?? throw new JsonException("a URI is null");
}
