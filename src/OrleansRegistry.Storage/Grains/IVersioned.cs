namespace OrleansRegistry.Storage;

/// <summary>A grain's state whose ETag is a number: storage that numbers its records need not make text of it, and number again.</summary>
public interface IVersioned
{
    /// <summary>The record's version, or that of its deletion; 0 where storage never held one.</summary>
    long Version { get; set; }
}
