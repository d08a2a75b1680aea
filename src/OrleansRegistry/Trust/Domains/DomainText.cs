using System.Globalization;

namespace OrleansRegistry.Trust.Domains;

/// <summary>Names of domains, as they are compared: in lower case and ASCII, without a dot at the end.</summary>
internal static class DomainText
{
    public const string Field = "domain";

    private const int LongestLabel = 63;

    /// <summary>With what comes before it in DNS, it is a name of up to 253 characters.</summary>
    private static readonly int Longest = 253 - DomainProof.RecordPrefix.Length;

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: it is none.</exception>
    public static string Check(string? text) => TryRead(text) ?? throw RegistryException.Invalid(
        Field, $"must be a domain of two labels or more, such as agents.example, of up to {Longest} characters: no wildcard, address, port or path");

    /// <summary>Whether a text is one as it is compared.</summary>
    public static bool IsDomain(string text) => TryRead(text) == text;

    /// <summary>Whether a host is the domain, or below it.</summary>
    public static bool Covers(string domain, string host) =>
        host.EndsWith(domain, StringComparison.Ordinal) && (host.Length == domain.Length || host[host.Length - domain.Length - 1] == '.');

    private static string? TryRead(string? text)
    {
        if (text is null || text.Length is 0 or > 253)
        {
            return null;
        }

        try
        {
            var domain = Idn.GetAscii(text.EndsWith('.') ? text[..^1] : text).ToLowerInvariant();
            var labels = domain.Split('.');

            // No top-level domain has digits alone: that is an address.
            return domain.Length <= Longest && labels.Length >= 2 && Array.TrueForAll(labels, IsLabel) && !labels[^1].All(char.IsAsciiDigit)
                ? domain
                : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool IsLabel(string label) => label.Length is > 0 and <= LongestLabel && label[0] != '-' && label[^1] != '-'
        && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
