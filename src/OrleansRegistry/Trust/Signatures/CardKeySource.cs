namespace OrleansRegistry.Trust.Signatures;

/// <summary>Reads the keys of issuers that the settings name: from files, or over HTTP, without redirects.</summary>
internal sealed class CardKeySource(SignatureOptions options) : IDisposable
{
    private const int MostBytes = 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lazy<HttpClient> client = new(() => new HttpClient(
        options.Backchannel ?? new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2) })
    {
        Timeout = Patience,
        MaxResponseContentBufferSize = MostBytes,
    });

    /// <exception cref="HttpRequestException">It does not answer, or with something else than success.</exception>
    /// <exception cref="IOException">The file cannot be read, or is too large; or it is not a JWKS.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="OperationCanceledException">It took too long.</exception>
    public async Task<CardKeySet> ReadAsync(CardIssuer issuer)
    {
        var text = CardIssuer.IsUrl(issuer.Keys) ? await client.Value.GetStringAsync(issuer.Keys) : await ReadFileAsync(issuer.Keys);
        try
        {
            return CardKeySet.Read(text);
        }
        catch (InvalidDataException fault)
        {
            throw new IOException(fault.Message, fault);
        }
    }

    public void Dispose()
    {
        if (client.IsValueCreated)
        {
            client.Value.Dispose();
        }
    }

    private static Task<string> ReadFileAsync(string path) => new FileInfo(path) is { Exists: true, Length: > MostBytes }
        ? throw new IOException("the file is too large")
        : File.ReadAllTextAsync(path);
}
