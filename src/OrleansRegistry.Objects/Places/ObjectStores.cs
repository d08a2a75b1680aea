using Microsoft.Extensions.Options;
using OrleansRegistry.Objects.Encryption;
using OrleansRegistry.Objects.Local;

namespace OrleansRegistry.Objects;

/// <summary>Turns a place into its store, encrypted where the options name a key.</summary>
/// <param name="providers">Those of the clouds; folders need none.</param>
/// <param name="options">How objects are kept.</param>
public sealed class ObjectStores(IEnumerable<IObjectStoreProvider> providers, IOptions<ObjectOptions> options)
{
    private readonly IReadOnlyList<IObjectStoreProvider> providers = [.. providers];

    /// <summary>Opens the store of a place; the caller disposes it. Connects to nothing yet.</summary>
    /// <exception cref="ObjectStoreException"><see cref="ObjectStoreError.Configuration"/>: a setting is missing, or there is no such store.</exception>
    public IObjectStore Open(ObjectPlace place)
    {
        var keys = KeySource.Read(options.Value);
        var store = OpenPlain(place);
        return keys is null ? new UnkeyedObjectStore(store) : new EncryptedObjectStore(store, keys, options.Value.ReadPlainObjects);
    }

    private IObjectStore OpenPlain(ObjectPlace place)
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
