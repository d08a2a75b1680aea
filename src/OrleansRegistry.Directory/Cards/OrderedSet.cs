namespace OrleansRegistry.Directory;

/// <summary>Strings in order of appearance, each once and none empty.</summary>
internal sealed class OrderedSet
{
    // Most cards hold few, and looking through those is quicker than hashing; one that holds many must not cost its square.
    private const int Few = 16;

    private readonly List<string> items = [];
    private HashSet<string>? hashed;

    /// <summary>False where it is in already, or empty.</summary>
    public bool Add(string item)
    {
        if (item.Length == 0 || (hashed is null ? items.Contains(item) : !hashed.Add(item)))
        {
            return false;
        }

        items.Add(SharedText.Of(item));
        if (hashed is null && items.Count > Few)
        {
            hashed = new HashSet<string>(items, StringComparer.Ordinal);
        }

        return true;
    }

    public string[] ToArray() => items.ToArray();
}
