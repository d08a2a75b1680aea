using System.Text.Json;

namespace OrleansRegistry.Directory;

/// <summary>
/// How clients of a card prove who they are: A2A 1.0's <c>securitySchemes</c> and <c>securityRequirements</c>, and 0.3's <c>security</c>, as far as they
/// can be read.
/// </summary>
internal static class CardSecurity
{
    /// <summary>So many looks for a name are a few milliseconds. Cards that need more have hundreds of alternatives.</summary>
    private const long MostLooks = 100_000;

    public static void Compare(JsonElement was, JsonElement now, List<CardBreak> breaks)
    {
        var (had, has) = (SchemesOf(was), SchemesOf(now));
        foreach (var (name, type) in had)
        {
            if (!has.TryGetValue(name, out var kept))
            {
                breaks.Add(new CardBreak("security_scheme_removed", name, $"the security scheme '{name}' is removed"));
            }
            else if (!string.Equals(kept, type, StringComparison.OrdinalIgnoreCase))
            {
                breaks.Add(new CardBreak("security_scheme_changed", name, $"the security scheme '{name}' was {type} and is {kept}"));
            }
        }

        // Whoever satisfied one of the alternatives before must still do so with no more than that.
        var (before, after) = (AlternativesOf(was), AlternativesOf(now));
        foreach (var alternative in Unmet(before, after))
        {
            var value = alternative.Count == 0 ? "none" : string.Join(" and ", alternative.Order(StringComparer.Ordinal));
            var says = alternative.Count == 0 ? "clients must prove who they are now" : $"clients that prove themselves by {value} must do more now";
            breaks.Add(new CardBreak("security_required", value, says));
        }
    }

    /// <summary>The alternatives that are not enough any more.</summary>
    private static IEnumerable<HashSet<string>> Unmet(List<HashSet<string>> before, List<HashSet<string>> after)
    {
        if (before.Count * after.Sum(asked => asked.Count + 1L) <= MostLooks)
        {
            return before.Where(known => !after.Exists(asked => asked.IsSubsetOf(known)));
        }

        // Where there are that many, an alternative must be there as it was; unless nothing is demanded.
        var same = after.ToHashSet(HashSet<string>.CreateSetComparer());
        return same.Contains([]) ? [] : before.Where(known => !same.Contains(known));
    }

    /// <summary>The schemes with their types, by their names.</summary>
    private static Dictionary<string, string> SchemesOf(JsonElement card)
    {
        var schemes = new Dictionary<string, string>(StringComparer.Ordinal);
        if (CardJson.TryGet(card, "securitySchemes", out var declared) && declared.ValueKind == JsonValueKind.Object)
        {
            foreach (var scheme in declared.EnumerateObject())
            {
                schemes[scheme.Name] = TypeOf(scheme.Value);
            }
        }

        return schemes;
    }

    /// <summary>0.3 has a member <c>type</c>, 1.0 a member that is named after the type.</summary>
    private static string TypeOf(JsonElement scheme)
    {
        if (scheme.ValueKind != JsonValueKind.Object)
        {
            return "";
        }

        var type = scheme.TryGetProperty("type", out var named) && named.ValueKind == JsonValueKind.String
            ? named.GetString()!
            : CardJson.ToCamelCase(scheme.EnumerateObject().Select(member => member.Name).FirstOrDefault() ?? "");
        return type switch
        {
            "httpAuthSecurityScheme" => "http",
            "mtlsSecurityScheme" => "mutualTLS",
            _ => type.Replace("SecurityScheme", "", StringComparison.Ordinal),
        };
    }

    /// <summary>The sets of schemes of which one is enough; one empty set where nothing is demanded.</summary>
    private static List<HashSet<string>> AlternativesOf(JsonElement card)
    {
        var found = CardJson.TryGet(card, "securityRequirements", out var demanded) || CardJson.TryGet(card, "security", out demanded);
        var alternatives = new List<HashSet<string>>();
        if (found && demanded.ValueKind == JsonValueKind.Array)
        {
            foreach (var one in demanded.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.Object))
            {
                var schemes = one.TryGetProperty("schemes", out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : one;
                alternatives.Add(schemes.EnumerateObject().Select(scheme => scheme.Name).ToHashSet(StringComparer.Ordinal));
            }
        }

        return alternatives.Count > 0 ? alternatives : [[]];
    }
}
