namespace OrleansRegistry.Storage;

/// <summary>What a store can offer beside <see cref="IRecordStore"/>: a copy of all it holds as one SQLite database, made while it serves.</summary>
public interface IOnlineBackup
{
    /// <summary>Writes all that was committed when it began, and nothing later, into a file that does not exist yet.</summary>
    /// <param name="path">Is left behind, as far as it came, where this throws.</param>
    /// <exception cref="RegistryException">The database cannot be read, or the file not be written: the message says which.</exception>
    Task CopyToAsync(string path, CancellationToken cancellationToken = default);
}
