namespace OrleansRegistry.Storage;

/// <summary>The schema of a database by hand.</summary>
public interface IMigrations : IAsyncDisposable
{
    /// <summary>Every migration of this program, in order.</summary>
    /// <exception cref="StoreStartException">The database cannot be opened, or has a migration that was edited or that this program does not
    /// know.</exception>
    Task<IReadOnlyList<MigrationStatus>> StatusAsync(CancellationToken cancellationToken = default);

    /// <summary>Applies what is pending, each in a transaction of its own.</summary>
    /// <returns>How many were.</returns>
    /// <exception cref="StoreStartException">As <see cref="StatusAsync"/>, or one could not be applied; those before it stay.</exception>
    Task<int> UpAsync(CancellationToken cancellationToken = default);

    /// <summary>Takes back every migration above <paramref name="to"/>, with the data that lies in it; 0 takes back all.</summary>
    /// <returns>How many were.</returns>
    /// <exception cref="StoreStartException">As <see cref="UpAsync"/>.</exception>
    Task<int> DownAsync(int to, CancellationToken cancellationToken = default);
}
