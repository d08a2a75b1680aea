namespace OrleansRegistry.Objects.Cloud;

internal static class CloudBucket
{
    /// <summary>The bucket of a place, or the one of the settings.</summary>
    /// <exception cref="ObjectStoreException"><see cref="ObjectStoreError.Configuration"/>: there is none.</exception>
    public static string Of(ObjectPlace place, string? configured, string setting) => place.Bucket ?? configured ?? throw new ObjectStoreException(
        ObjectStoreError.Configuration, $"The place {place} names no bucket: write {place.Scheme}://bucket/prefix, or set {setting}.");
}
