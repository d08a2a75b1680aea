using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace OrleansRegistry.Trust.Logins;

/// <summary>
/// Hashes passwords, which is meant to be work: on at most half of the processors at once, so that a storm of logins leaves the rest to others, with a
/// short queue. Who comes when that is full is refused.
/// </summary>
internal sealed class PasswordHashing : IDisposable
{
    private const int QueuedPerPlace = 16;

    private readonly PasswordHasher<UserRecord> hasher;
    private readonly Lazy<string> nobody;
    private readonly SemaphoreSlim places;
    private readonly int most;
    private int present;

    public PasswordHashing(RegistryOptions options)
        : this(options, Math.Max(1, Environment.ProcessorCount / 2))
    {
    }

    internal PasswordHashing(RegistryOptions options, int atOnce)
    {
        hasher = new PasswordHasher<UserRecord>(Options.Create(new PasswordHasherOptions { IterationCount = options.Logins.HashIterations }));
        nobody = new Lazy<string>(() => Hash(Guid.NewGuid().ToString()));
        places = new SemaphoreSlim(atOnce);
        most = atOnce * (QueuedPerPlace + 1);
    }

    /// <summary>Runs what hashes, once there is a place for it.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Busy"/>: too many wait.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref present) > most)
            {
                throw new RegistryException(RegistryError.Busy, "Too many passwords are being checked: try again shortly.")
                {
                    RetryAfter = TimeSpan.FromSeconds(1),
                };
            }

            await places.WaitAsync(cancellationToken);
            try
            {
                return await Task.Run(work, CancellationToken.None);
            }
            finally
            {
                places.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref present);
        }
    }

    /// <summary>Within <see cref="RunAsync{T}"/>.</summary>
    public string Hash(string password) => hasher.HashPassword(null!, password);

    /// <summary>Within <see cref="RunAsync{T}"/>. It takes as long where there is no hash, and fails then.</summary>
    public PasswordVerificationResult Verify(string? hash, string password)
    {
        var result = hasher.VerifyHashedPassword(null!, hash ?? nobody.Value, password);
        return hash is null ? PasswordVerificationResult.Failed : result;
    }

    public void Dispose() => places.Dispose();
}
