using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace OrleansRegistry.Settings;

/// <summary>A configured name that looks like a setting but is not one.</summary>
/// <param name="Name">As it is configured.</param>
/// <param name="Nearest">The setting that was probably meant; null where none is near.</param>
public sealed record UnknownSetting(string Name, string? Nearest);

/// <summary>
/// Finds misspelt settings by how they begin. Prefixes that other programs use as well count only where the rest is close to a setting of the
/// registry. Skipped is what Kubernetes tells each container about Services (<c>REGISTRY_SERVICE_HOST</c>, <c>REGISTRY_PORT_8080_TCP</c>), and the
/// section <c>Orleans</c>, which Orleans reads.
/// </summary>
public static partial class UnknownSettings
{
    private static readonly string[] OwnPrefixes = ["REGISTRY_", "A2A_REGISTRY_", "ORLEANS_", "STORAGE__"];

    private static readonly string[] SharedPrefixes = ["STORAGE_", "TASK_", "CONTEXT_"];

    /// <summary>How many letters of a name may be wrong: one in so many.</summary>
    private const int LettersPerSlip = 5;

    /// <summary>The unknown names in the order of the alphabet.</summary>
    public static IReadOnlyList<UnknownSetting> Find(IConfiguration configuration, IEnumerable<SettingGroup> groups)
    {
        var known = groups.SelectMany(group => group.Settings).SelectMany(setting => setting.Names).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var found = new List<UnknownSetting>();
        foreach (var (key, value) in configuration.AsEnumerable())
        {
            var name = key.Replace(ConfigurationPath.KeyDelimiter, Configured.Separator, StringComparison.Ordinal);
            if (string.IsNullOrWhiteSpace(value) || known.Contains(name) || IsOfOrleans(name) || IsOfKubernetes(name, value))
            {
                continue;
            }

            var isOwn = Begins(name, OwnPrefixes);
            var nearest = isOwn || Begins(name, SharedPrefixes) ? Nearest(name, known) : null;
            if (isOwn || nearest is not null)
            {
                found.Add(new UnknownSetting(name, nearest));
            }
        }

        return [.. found.OrderBy(unknown => unknown.Name, StringComparer.Ordinal)];
    }

    /// <summary>The known name with the fewest differing letters, if those are few or all at its end.</summary>
    internal static string? Nearest(string name, IEnumerable<string> known) =>
        known
            .Select(setting => (Name: setting, Distance: Distance(name.ToUpperInvariant(), setting.ToUpperInvariant())))
            .Where(near => near.Distance <= Math.Max(2, near.Name.Length / LettersPerSlip)
                || near.Name.StartsWith(name + "_", StringComparison.OrdinalIgnoreCase))
            .OrderBy(near => near.Distance)
            .ThenBy(near => near.Name, StringComparer.Ordinal)
            .FirstOrDefault().Name;

    private static bool Begins(string name, string[] prefixes) => prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    private static bool IsOfOrleans(string name) => name.StartsWith("Orleans" + Configured.Separator, StringComparison.OrdinalIgnoreCase);

    private static bool IsOfKubernetes(string name, string value) =>
        ServiceName().IsMatch(name) || (name.EndsWith("_PORT", StringComparison.Ordinal) && ServiceAddress().IsMatch(value));

    /// <summary>How many letters must be changed, added or removed (Levenshtein).</summary>
    private static int Distance(string one, string other)
    {
        var above = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var row = new int[other.Length + 1];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var changed = above[j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
                row[j] = Math.Min(changed, 1 + Math.Min(above[j], row[j - 1]));
            }

            above = row;
        }

        return above[^1];
    }

    [GeneratedRegex("_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)$|_PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ServiceName();

    [GeneratedRegex("^(tcp|udp|sctp)://", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ServiceAddress();
}
