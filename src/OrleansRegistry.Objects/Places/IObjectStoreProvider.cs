namespace OrleansRegistry.Objects;

/// <summary>Opens the stores of one scheme; registered as a service, so that packages bring stores of their own.</summary>
public interface IObjectStoreProvider
{
    /// <summary><see cref="ObjectPlace.Scheme"/>.</summary>
    string Scheme { get; }

    /// <summary>Opens a store; the caller disposes it. Connects to nothing yet.</summary>
    /// <exception cref="ObjectStoreException"><see cref="ObjectStoreError.Configuration"/>: a setting is missing.</exception>
    IObjectStore Open(ObjectPlace place);
}
