namespace OrleansRegistry.Model;

/// <summary>Strings in order of appearance, each once; cards hold few, so looking through them is quicker than hashing.</summary>
internal sealed class OrderedSet
{
    private readonly List<string> items = [];

    public void Add(string item)
    {
        if (item.Length > 0 && !items.Contains(item))
        {
            items.Add(item);
        }
    }

    public string[] ToArray() => items.ToArray();
}
