using System.Text.Json;
using Microsoft.Extensions.Options;

namespace OrleansRegistry.Http;

/// <summary>Where keys are read: a file, the URL of a JWKS, or a provider's discovery document and what that names.</summary>
/// <remarks>Source: OpenID Connect Discovery 1.0, 4; RFC 7517.</remarks>
internal sealed class TokenKeySource(IOptions<RegistryHttpOptions> http) : IDisposable
{
    private const string Discovery = "/.well-known/openid-configuration";
    private const int MostBytes = 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly RegistryTokenOptions options = http.Value.Tokens;
    private readonly Lazy<HttpClient> client = new(() => new HttpClient(
        http.Value.Tokens.Backchannel ?? new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2) })
    {
        Timeout = Patience,
        MaxResponseContentBufferSize = MostBytes,
    });

    /// <summary>What to call it in the log.</summary>
    public string Name => options.Authority ?? options.KeySet ?? "";

    /// <exception cref="HttpRequestException">It does not answer, or with something else than success.</exception>
    /// <exception cref="IOException">The file cannot be read, or has something else in it; so of what came by HTTP (<see cref="InvalidDataException"/>
    /// does not come out).</exception>
    /// <exception cref="OperationCanceledException">It took too long.</exception>
    public async Task<TokenKeySet> ReadAsync()
    {
        try
        {
            if (options.Authority is { } authority)
            {
                var (issuer, keys) = ReadDiscovery(await client.Value.GetStringAsync(authority.TrimEnd('/') + Discovery), authority);
                return TokenKeySet.Read(await client.Value.GetStringAsync(keys), issuer);
            }

            var place = options.KeySet!;
            return TokenKeySet.Read(
                TokenSettings.IsUrl(place) ? await client.Value.GetStringAsync(place) : await File.ReadAllTextAsync(place), issuer: null);
        }
        catch (Exception fault) when (fault is InvalidDataException or JsonException)
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

    private (string? Issuer, string Keys) ReadDiscovery(string text, string authority)
    {
        using var document = JsonDocument.Parse(text);
        var keys = Text(document.RootElement, "jwks_uri");
        if (keys is null || !TokenSettings.IsUrl(keys))
        {
            throw new InvalidDataException("the discovery document has no jwks_uri with an https URL");
        }

        if (options.Issuers.Count > 0)
        {
            return (null, keys);
        }

        var issuer = Text(document.RootElement, "issuer");
        return issuer?.TrimEnd('/') == authority.TrimEnd('/')
            ? (issuer, keys)
            : throw new InvalidDataException(
                "the discovery document's issuer is not the authority; where that is meant, name it in REGISTRY_JWT_ISSUERS");
    }

    private static string? Text(JsonElement document, string name) =>
        document.ValueKind == JsonValueKind.Object && document.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
