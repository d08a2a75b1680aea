namespace OrleansRegistry.A2A.Service;

/// <summary>The media types that an agent takes, as its card names them: <c>text/plain</c>, <c>image/*</c>.</summary>
internal sealed class MediaTypes(IReadOnlyList<string> names)
{
    /// <summary>Words of older cards that say nothing of a type.</summary>
    private static readonly string[] AnyType = ["*/*", "*", "file", "data"];

    private readonly string[] names = [.. names.Select(Bare)];

    /// <summary>Whether this type is among them; parameters do not count. Without any name all are.</summary>
    public bool Take(string type)
    {
        type = Bare(type);
        return names.Length == 0 || Array.Exists(names, name => Takes(name, type));
    }

    public override string ToString() => string.Join(", ", names.Distinct(StringComparer.Ordinal));

    private static bool Takes(string name, string type)
    {
        if (name == type || Array.IndexOf(AnyType, name) >= 0)
        {
            return true;
        }

        // `text` of older cards is `text/*`.
        var family = name.EndsWith("/*", StringComparison.Ordinal) ? name[..^1] : $"{name}/";
        return (name.EndsWith("/*", StringComparison.Ordinal) || !name.Contains('/', StringComparison.Ordinal))
            && type.StartsWith(family, StringComparison.Ordinal);
    }

    private static string Bare(string type)
    {
        var end = type.IndexOf(';', StringComparison.Ordinal);
        return (end < 0 ? type : type[..end]).Trim().ToLowerInvariant();
    }
}
