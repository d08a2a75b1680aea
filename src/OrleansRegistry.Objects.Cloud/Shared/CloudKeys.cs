namespace OrleansRegistry.Objects.Cloud;

/// <summary>The names of objects as the keys of a bucket, behind the place's prefix.</summary>
internal sealed class CloudKeys(string prefix)
{
    private readonly string begin = prefix.Length > 0 ? prefix + "/" : "";

    /// <summary>What all keys begin with.</summary>
    public string Begin => begin;

    public string Of(string name) => begin + name;

    /// <summary>The name behind a listed key; null where it is no object of the store, or hidden from such a list.</summary>
    /// <param name="key">It begins as the list was asked to.</param>
    /// <param name="prefix">The names' that are listed.</param>
    public string? NameOf(string key, string prefix)
    {
        var name = key[begin.Length..];
        return ObjectName.IsValid(name) && (!ObjectName.IsHidden(name) || ObjectName.IsHidden(prefix)) ? name : null;
    }
}
