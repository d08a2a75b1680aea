using System.Text;
using OrleansRegistry.Outbound;

namespace OrleansRegistry.Trust.Signatures;

/// <summary>
/// Reads the keys of issuers over HTTP, without redirects; of those that the settings name from files too, and wherever they are, of those that tenants name
/// only where cards may be.
/// </summary>
internal sealed class CardKeySource(SignatureOptions options, CardFetchOptions fetching) : IDisposable
{
    private const int MostBytes = 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lazy<HttpClient> client = new(() => new HttpClient(
        options.Backchannel ?? new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2) })
    {
        Timeout = Patience,
        MaxResponseContentBufferSize = MostBytes,
    });

    private readonly Lazy<HttpClient> guarded = new(() => new HttpClient(
        options.Backchannel ?? GuardedHttp.Handler(fetching.Addresses, connections: 2, Patience))
    {
        Timeout = Patience,
        MaxResponseContentBufferSize = MostBytes,
    });

    /// <exception cref="HttpRequestException">It does not answer, or with something else than success.</exception>
    /// <exception cref="IOException">The file cannot be read, or is too large; or it is not a JWKS.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="OperationCanceledException">It took too long.</exception>
    public async Task<CardKeySet> ReadAsync(CardIssuer issuer) =>
        Read(CardIssuer.IsUrl(issuer.Keys) ? Text(await client.Value.GetByteArrayAsync(issuer.Keys)) : await ReadFileAsync(issuer.Keys));

    /// <summary>The same of one that a tenant names.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public async Task<CardKeySet> ReadGuardedAsync(CardIssuer issuer) => fetching.Enabled
        ? Read(Text(await guarded.Value.GetByteArrayAsync(issuer.Keys)))
        : throw new IOException("this registry fetches nothing for tenants (CARD_FETCH_ENABLED)");

    public void Dispose()
    {
        foreach (var made in (Lazy<HttpClient>[])[client, guarded])
        {
            if (made.IsValueCreated)
            {
                made.Value.Dispose();
            }
        }
    }

    /// <summary>JSON is UTF-8, whatever an issuer calls it.</summary>
    private static string Text(byte[] read) => Encoding.UTF8.GetString(read.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? read.AsSpan(3) : read);

    private static CardKeySet Read(string text)
    {
        try
        {
            return CardKeySet.Read(text);
        }
        catch (InvalidDataException fault)
        {
            throw new IOException(fault.Message, fault);
        }
    }

    private static Task<string> ReadFileAsync(string path) => new FileInfo(path) is { Exists: true, Length: > MostBytes }
        ? throw new IOException("the file is too large")
        : File.ReadAllTextAsync(path);
}
