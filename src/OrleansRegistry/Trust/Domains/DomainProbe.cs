using System.Globalization;
using DnsClient;
using OrleansRegistry.Outbound;

namespace OrleansRegistry.Trust.Domains;

/// <summary>What came of looking for a token: where it was found, or why it was not.</summary>
internal readonly record struct DomainFinding(DomainMethod? Method, string? Reason);

/// <summary>Looks for tokens in DNS, and else in the file: over https, without redirects, and only at addresses where cards may be.</summary>
internal sealed class DomainProbe(DomainOptions options, CardFetchOptions fetching) : IDisposable
{
    private const int MostFileBytes = 16 * 1024;

    private static readonly TimeSpan DnsPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FilePatience = TimeSpan.FromSeconds(5);

    private readonly Lazy<LookupClient> dns = new(() =>
    {
        var asked = options.Resolver is { } text ? new LookupClientOptions(DomainSettings.ServerOf(text)!) : new LookupClientOptions();
        asked.Timeout = DnsPatience;
        asked.Retries = 1;
        asked.UseCache = false;
        return new LookupClient(asked);
    });

    private readonly Lazy<HttpClient> client = new(() => new HttpClient(
        options.Backchannel ?? GuardedHttp.Handler(fetching.Addresses, connections: 2, FilePatience, options.Resolve))
    {
        Timeout = FilePatience,
        MaxResponseContentBufferSize = MostFileBytes,
    });

    public async Task<DomainFinding> LookAsync(string domain, string token, CancellationToken cancellationToken)
    {
        if (await LookInDnsAsync(domain, token, cancellationToken) is not { } missed)
        {
            return new DomainFinding(DomainMethod.Dns, null);
        }

        return await LookInFileAsync(domain, token, cancellationToken) is { } also
            ? new DomainFinding(null, $"{missed}; {also}")
            : new DomainFinding(DomainMethod.File, null);
    }

    public void Dispose()
    {
        if (client.IsValueCreated)
        {
            client.Value.Dispose();
        }
    }

    /// <returns>Null where it is there, else why not.</returns>
    private async Task<string?> LookInDnsAsync(string domain, string token, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await dns.Value.QueryAsync(DomainProof.RecordPrefix + domain, QueryType.TXT, cancellationToken: cancellationToken);
            if (answer.HasError && answer.Header.ResponseCode != DnsHeaderResponseCode.NotExistentDomain)
            {
                return string.Create(CultureInfo.InvariantCulture, $"DNS answered {answer.Header.ResponseCode}");
            }

            var texts = answer.Answers.TxtRecords().Select(record => string.Concat(record.Text)).ToList();
            return texts.Any(text => text.Trim() == token) ? null
                : texts.Count == 0 ? "DNS has no such TXT record"
                : "the TXT record in DNS has another text";
        }
        catch (Exception fault) when (fault is DnsResponseException or InvalidOperationException || IsTooLate(fault, cancellationToken))
        {
            return "DNS does not answer";
        }
    }

    /// <inheritdoc cref="LookInDnsAsync"/>
    private async Task<string?> LookInFileAsync(string domain, string token, CancellationToken cancellationToken)
    {
        if (!fetching.Enabled)
        {
            return "this registry fetches no files (CARD_FETCH_ENABLED)";
        }

        try
        {
            using var response = await client.Value.GetAsync(new Uri($"https://{domain}{DomainProof.FilePath}"), cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                return string.Create(CultureInfo.InvariantCulture, $"the file's place answered {(int)response.StatusCode}");
            }

            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            return text.Split('\n').Any(line => line.Trim() == token) ? null : "the file does not have the token on a line";
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException || IsTooLate(fault, cancellationToken))
        {
            return AddressRefusedException.IsIn(fault)
                ? "the domain is at an address that is not public"
                : "the file cannot be fetched over https";
        }
    }

    private static bool IsTooLate(Exception fault, CancellationToken cancellationToken) =>
        fault is OperationCanceledException && !cancellationToken.IsCancellationRequested;
}
