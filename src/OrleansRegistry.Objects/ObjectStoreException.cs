namespace OrleansRegistry.Objects;

/// <summary>The kind of an <see cref="ObjectStoreException"/>.</summary>
public enum ObjectStoreError
{
    /// <summary>There is no such object, or no such upload.</summary>
    NotFound,

    /// <summary>The name is not one that an object can have.</summary>
    InvalidName,

    /// <summary>A part of an upload is missing, or is too small or too large.</summary>
    InvalidUpload,

    /// <summary>The object is larger than the settings or the store allow.</summary>
    TooLarge,

    /// <summary>The store refuses the credentials, or what they were used for.</summary>
    Denied,

    /// <summary>A setting is wrong: the bucket, the region, the folder, the key.</summary>
    Configuration,

    /// <summary>What is stored was cut off or changed since it was put.</summary>
    Damaged,

    /// <summary>No room is left.</summary>
    Full,

    /// <summary>The store does not answer, or did not store what it said it did; try again later.</summary>
    Unavailable,
}

/// <summary>What an object store cannot do; the message says why, and which setting or permission mends it.</summary>
public sealed class ObjectStoreException(ObjectStoreError error, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The kind of the refusal.</summary>
    public ObjectStoreError Error { get; } = error;
}
