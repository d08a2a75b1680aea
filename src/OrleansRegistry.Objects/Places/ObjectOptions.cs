namespace OrleansRegistry.Objects;

/// <summary>How objects are kept, wherever that is.</summary>
public sealed class ObjectOptions
{
    /// <summary>The keys that encrypt objects (<see cref="Encryption.ObjectKeys"/>); null: objects are as they were put.</summary>
    public string? EncryptionKey { get; set; }

    /// <summary>A file with them.</summary>
    public string? EncryptionKeyFile { get; set; }

    /// <summary>Whether objects that are not encrypted may be read though there is a key.</summary>
    public bool ReadPlainObjects { get; set; }
}
