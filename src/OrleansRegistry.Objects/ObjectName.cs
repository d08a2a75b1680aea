using System.Buffers;

namespace OrleansRegistry.Objects;

/// <summary>
/// The names of objects: 1 to 512 characters, segments of 1 to 200 of them parted by <c>/</c>. A segment is of ASCII letters, digits and
/// <c>-_.=+@</c>. The first one may begin with a dot, which hides the object from lists; others may not.
/// </summary>
public static class ObjectName
{
    /// <summary>The most characters of a name.</summary>
    public const int MaxLength = 512;

    private const int MaxSegment = 200;

    /// <summary>Where stores keep what is not whole yet.</summary>
    internal const string Reserved = ".store";

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+@");

    /// <summary>True where an object can have the name.</summary>
    public static bool IsValid(string name) => FaultOf(name) is null;

    /// <summary>Whether lists pass over it, unless they are asked for a prefix that begins with a dot.</summary>
    public static bool IsHidden(string name) => name.StartsWith('.');

    /// <summary>Checks a name.</summary>
    /// <exception cref="ObjectStoreException"><see cref="ObjectStoreError.InvalidName"/>, with the reason.</exception>
    public static void Check(string name)
    {
        if (FaultOf(name) is { } fault)
        {
            throw Invalid(name, fault);
        }
    }

    /// <summary>Checks how names begin that are to be listed: the begin of a valid one, or nothing.</summary>
    /// <exception cref="ObjectStoreException"><see cref="ObjectStoreError.InvalidName"/>.</exception>
    public static void CheckPrefix(string prefix)
    {
        if (prefix is not ("" or ".") && FaultOf(prefix.EndsWith('/') ? prefix[..^1] : prefix) is { } fault)
        {
            throw Invalid(prefix, fault);
        }
    }

    private static ObjectStoreException Invalid(string name, string fault) =>
        new(ObjectStoreError.InvalidName, $"No object can be named '{Shown(name)}': {fault}.");

    private static string? FaultOf(string name)
    {
        if (name.Length is 0 or > MaxLength)
        {
            return $"a name has 1 to {MaxLength} characters";
        }

        var isFirst = true;
        foreach (var range in name.AsSpan().Split('/'))
        {
            var segment = name.AsSpan()[range];
            if (segment.Length is 0 or > MaxSegment)
            {
                return $"between slashes are 1 to {MaxSegment} characters";
            }

            if (segment.ContainsAnyExcept(Allowed))
            {
                return "it may have ASCII letters, digits, - _ . = + @, and slashes between";
            }

            if (segment[0] == '.' && (!isFirst || segment is Reserved or "." or ".."))
            {
                return isFirst ? "names that begin so are the store's own" : "a dot may not begin a segment, other than the first";
            }

            isFirst = false;
        }

        return null;
    }

    /// <summary>A name as a message may show it: what callers send can be long, and hold line breaks.</summary>
    private static string Shown(string name)
    {
        var shown = name.Length > 80 ? name[..80] + "…" : name;
        return string.Concat(shown.Select(c => char.IsControl(c) ? '?' : c));
    }
}
