using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace OrleansRegistry.Http;

/// <summary>
/// The keys that tokens are signed with: read when first needed, anew now and then, and at once where a token names a key that is not among them. What
/// was read counts until something else is: a provider that is down stops only those whose keys were never seen.
/// </summary>
internal sealed partial class TokenKeys(
    IOptions<RegistryHttpOptions> http, TokenKeySource source, [RegistryTime] TimeProvider time, ILogger<TokenKeys> log)
    : IConfigurationManager<OpenIdConnectConfiguration>, IDisposable
{
    /// <summary>Between two looks, so that tokens with made-up keys do not become requests to the provider.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim one = new(1, 1);
    private readonly RegistryTokenOptions options = http.Value.Tokens;
    private volatile TokenKeySet? known;
    private volatile Exception? fault;
    private long triedAt = long.MinValue;
    private int isLooking;

    /// <summary>The keys of now; null where none were read yet.</summary>
    public TokenKeySet? Known
    {
        get
        {
            var found = known;
            if (found is not null && Since() >= (fault is null ? options.KeyRefresh : Shorter(options.KeyRefresh))
                && Interlocked.Exchange(ref isLooking, 1) == 0)
            {
                _ = LookAsideAsync(found);
            }

            return found;
        }
    }

    /// <summary>A set that has the key, or else the newest there is.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unavailable"/>: it is not known, and the provider cannot be asked.</exception>
    public async ValueTask<TokenKeySet> FindAsync(string? keyId, CancellationToken cancellationToken)
    {
        var found = Known;
        if (found?.Has(keyId) == true)
        {
            return found;
        }

        await LookAsync(found, cancellationToken);
        found = known;
        return found is not null && (fault is null || found.Has(keyId))
            ? found
            : throw new RegistryException(
                RegistryError.Unavailable, "The keys of tokens cannot be read now, so it is not known who calls.") { RetryAfter = Pause };
    }

    Task<OpenIdConnectConfiguration> IConfigurationManager<OpenIdConnectConfiguration>.GetConfigurationAsync(CancellationToken cancel) =>
        Task.FromResult(known?.Configuration ?? new OpenIdConnectConfiguration());

    /// <summary>The key was looked for before the signature.</summary>
    void IConfigurationManager<OpenIdConnectConfiguration>.RequestRefresh()
    {
    }

    public void Dispose() => one.Dispose();

    private static TimeSpan Shorter(TimeSpan refresh) => refresh < 6 * Pause ? refresh : 6 * Pause;

    private TimeSpan Since()
    {
        var tried = Interlocked.Read(ref triedAt);
        return tried == long.MinValue ? TimeSpan.MaxValue : time.GetElapsedTime(tried);
    }

    private async Task LookAsideAsync(TokenKeySet seen)
    {
        try
        {
            await LookAsync(seen, CancellationToken.None);
        }
        finally
        {
            Volatile.Write(ref isLooking, 0);
        }
    }

    private async Task LookAsync(TokenKeySet? seen, CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken);
        try
        {
            if (known == seen && Since() >= Pause)
            {
                await ReadAsync();
                Interlocked.Exchange(ref triedAt, time.GetTimestamp());
            }
        }
        finally
        {
            one.Release();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            var read = await source.ReadAsync();
            if (known?.Text != read.Text)
            {
                known = read;
                LogRead(read.Configuration.SigningKeys.Count);
            }

            fault = null;
        }
        catch (Exception thrown) when (thrown is HttpRequestException or IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            if (fault?.Message != thrown.Message)
            {
                LogFault(source.Name, thrown.Message);
            }

            fault = thrown;
        }
    }

    [LoggerMessage(LogLevel.Information, "Keys for tokens were read: {Count}")]
    private partial void LogRead(int count);

    [LoggerMessage(LogLevel.Error, "The keys for tokens cannot be read from {Place}: {Reason}")]
    private partial void LogFault(string place, string reason);
}
