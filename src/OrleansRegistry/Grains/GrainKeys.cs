namespace OrleansRegistry.Grains;

/// <summary>
/// Grain keys: <c>t/&lt;tenant&gt;/&lt;id&gt;</c>. A tenant has no slash; the id is all that follows the second one. The leading
/// part keeps the stock ADO.NET provider from reading a key as a GUID or a number.
/// </summary>
internal static class GrainKeys
{
    public static string For(string tenant, string id) => $"t/{tenant}/{id}";

    /// <exception cref="FormatException">The key was not made by this type.</exception>
    public static (string Tenant, string Id) Parse(string key)
    {
        var slash = key.StartsWith("t/", StringComparison.Ordinal) ? key.IndexOf('/', 2) : -1;
        return slash < 0
            ? throw new FormatException($"'{key}' is no key of this registry: expected t/<tenant>/<id>.")
            : (key[2..slash], key[(slash + 1)..]);
    }
}
