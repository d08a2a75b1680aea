using OrleansRegistry.Objects.Local;

namespace OrleansRegistry.Objects;

/// <summary>Turns a place into its store.</summary>
/// <param name="providers">Those of the clouds; folders need none.</param>
public sealed class ObjectStores(IEnumerable<IObjectStoreProvider> providers)
{
    private readonly IReadOnlyList<IObjectStoreProvider> providers = [.. providers];

    /// <summary>Opens the store of a place; the caller disposes it. Connects to nothing yet.</summary>
    /// <exception cref="ObjectStoreException"><see cref="ObjectStoreError.Configuration"/>: a setting is missing, or there is no such store.</exception>
    public IObjectStore Open(ObjectPlace place)
    {
        if (place.Scheme == ObjectPlace.Folder)
        {
            return new LocalObjectStore(place.Path);
        }

        var provider = providers.FirstOrDefault(provider => provider.Scheme == place.Scheme) ?? throw new ObjectStoreException(
            ObjectStoreError.Configuration,
            $"Nothing here opens {place}: the package OrleansRegistry.Objects.Cloud does, once AddCloudObjectStores is called.");
        return provider.Open(place);
    }
}
