namespace OrleansRegistry.Objects.Cloud;

/// <summary>A store may answer that it stored an object, and have none, or another.</summary>
internal static class ChecksAfterPut
{
    /// <summary>Checks what the store tells of an object that was put.</summary>
    /// <param name="store">Its description.</param>
    /// <param name="name">The object's.</param>
    /// <param name="size">How many bytes were put.</param>
    /// <param name="found">What the store has; null: nothing.</param>
    /// <exception cref="ObjectStoreException"><see cref="ObjectStoreError.Unavailable"/>.</exception>
    public static ObjectInfo Check(string store, string name, long size, ObjectInfo? found)
    {
        if (found is null)
        {
            throw Failed(store, name, "has no such object");
        }

        return found.Size == size ? found : throw Failed(store, name, $"has {found.Size} bytes of {size}");
    }

    /// <summary>Checks that the store has the version that it answered the put with.</summary>
    public static void CheckVersion(string store, string name, string? put, string? found)
    {
        if (put is not null && found is not null && put != found)
        {
            throw Failed(store, name, "has other content");
        }
    }

    public static ObjectStoreException Failed(string store, string name, string has) =>
        new(
            ObjectStoreError.Unavailable,
            $"The {store} answered that it stored {name}, and {has}: put it again. "
            + "Unless another put of it came at the same time, see to the store.");
}
