using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.A2A.Service;

/// <summary>The versions of A2A that requests can speak here.</summary>
internal enum ProtocolVersion
{
    V03,
    V10,
}

/// <summary>What a request says beside its operation: <c>A2A-Version</c> and <c>A2A-Extensions</c>.</summary>
/// <param name="Version">As it was sent; empty for none.</param>
/// <param name="Extensions">The URIs of the extensions that the client wants to use.</param>
/// <remarks>Source: A2A 1.0, 3.2.6, 3.6, 9.2, 11.2.</remarks>
internal readonly record struct ServiceParameters(string Version, IReadOnlyList<string> Extensions)
{
    public const string VersionName = StateFormat.Header;
    public const string ExtensionsName = CorsRules.ExtensionsHeader;

    /// <summary>The name of A2A 0.3.</summary>
    private const string LegacyExtensionsName = "X-" + ExtensionsName;

    public static ServiceParameters Of(HttpContext context)
    {
        var request = context.Request;
        VaryHeader.By(context.Response, VersionName);
        VaryHeader.By(context.Response, ExtensionsName);
        var header = request.Headers[VersionName].ToString().Trim();
        var version = header.Length > 0 ? header : request.Query[VersionName].ToString().Trim();
        var extensions = request.Headers[ExtensionsName];
        if (extensions.Count == 0)
        {
            extensions = request.Headers[LegacyExtensionsName];
        }

        return new ServiceParameters(version, extensions.Count == 0 ? [] : Split(extensions.ToString()));
    }

    /// <summary>The version that is spoken; empty is 0.3, and a patch number does not count. Null for one that this registry does not know.</summary>
    public ProtocolVersion? Known()
    {
        if (Version.Length == 0)
        {
            return ProtocolVersion.V03;
        }

        var parts = Version.Split('.');
        if (parts.Length is not (2 or 3) || !Array.TrueForAll(parts, part => part.Length > 0 && part.All(char.IsAsciiDigit)))
        {
            return null;
        }

        return (parts[0], parts[1]) switch
        {
            ("1", "0") => ProtocolVersion.V10,
            ("0", "3") => ProtocolVersion.V03,
            _ => null,
        };
    }

    private static string[] Split(string header) => [.. header
        .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Distinct(StringComparer.Ordinal)];
}
