namespace OrleansRegistry.Http;

/// <summary>Which roles callers with a certificate have, by the entries of a setting.</summary>
internal sealed class CertificateRoles(IReadOnlyList<string> entries)
{
    private const string Everybody = "*";

    private readonly ILookup<string, string> roles = entries.Select(Parts).ToLookup(entry => entry.Who, entry => entry.Role, StringComparer.Ordinal);

    public string[] Of(string tenant, string subject) =>
        [.. roles[Everybody].Concat(roles[$"{tenant}/*"]).Concat(roles[$"{tenant}/{subject}"]).Distinct(StringComparer.Ordinal)];

    /// <summary>Whether the text is an entry. Nobody is an operator, over all tenants, by a name that others may have too.</summary>
    public static bool IsEntry(string text)
    {
        var (who, role) = Parts(text);
        var slash = who.IndexOf('/', StringComparison.Ordinal);
        return RegistryRoles.Find(role) is not null
            && (who == Everybody || (slash > 0 && slash < who.Length - 1 && TokenSettings.IsTenant(who[..slash])))
            && (role != RegistryRoles.Operator || !(who == Everybody || who.EndsWith("/*", StringComparison.Ordinal)));
    }

    public static bool ReadText(string text, out string value)
    {
        value = text;
        return true;
    }

    /// <summary>A subject may have an equals sign, and a role has none.</summary>
    private static (string Who, string Role) Parts(string text)
    {
        var last = text.LastIndexOf('=');
        return last < 0 ? ("", "") : (text[..last].Trim(), text[(last + 1)..].Trim());
    }
}
