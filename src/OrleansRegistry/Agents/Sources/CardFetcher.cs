using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using OrleansRegistry.Outbound;

namespace OrleansRegistry.Agents.Sources;

/// <summary>Fetches agent cards: from addresses that are allowed only, over up to three redirects, without credentials, bounded in size and time.</summary>
internal sealed class CardFetcher(CardFetchOptions options, AgentRules rules, [RegistryTime] TimeProvider time) : IDisposable
{
    private const int MostRedirects = 3;
    private const int ConnectionsToOneHost = 8;

    /// <summary>A longer entity tag is not kept.</summary>
    private const int LongestTag = 256;

    private static readonly ProductInfoHeaderValue Agent = new(
        RegistryTelemetry.Name, typeof(CardFetcher).Assembly.GetName().Version?.ToString(3) ?? "0");

    private readonly HttpClient client = GuardedHttp.Create(options.Addresses, ConnectionsToOneHost, options.Timeout);

    /// <summary>Fetches the card that a URL leads to, or that is published below it.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: there is none that could be had, and why not.</exception>
    public async Task<FetchedCard> FetchAsync(string url, CancellationToken cancellationToken)
    {
        var places = CardUrls.Places(url);
        using var patience = new CancellationTokenSource(options.Timeout, time);
        try
        {
            return await FirstOfAsync(places, patience.Token, cancellationToken);
        }
        catch (NoCardException fault)
        {
            throw RegistryException.Invalid(CardUrls.Field, fault.Message);
        }
    }

    /// <summary>Looks for the card that a URL leads to, or that is published below it.</summary>
    /// <param name="known">Where it was before, with what tells whether it has changed; null where that is not known.</param>
    /// <returns>Null where it is said not to have changed.</returns>
    /// <exception cref="NoCardException">There is none that could be had, and why not.</exception>
    public async Task<FetchedCard?> LookAsync(string url, AgentSource? known, CancellationToken cancellationToken)
    {
        var places = CardUrls.Places(url);
        using var patience = new CancellationTokenSource(options.Timeout, time);
        if (known is not null)
        {
            try
            {
                return await FetchAsync(CardUrls.Places(known.Url)[0], known, patience.Token, cancellationToken);
            }
            catch (NoCardException fault) when (!fault.IsFinal && places.Count > 1)
            {
                // It may have moved to another of the places.
            }
        }

        return await FirstOfAsync(places, patience.Token, cancellationToken);
    }

    /// <summary>Fetches a card anew.</summary>
    /// <returns>Null where it is said not to have changed.</returns>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: there is none now that could be had, and why not.</exception>
    public async Task<FetchedCard?> FetchAgainAsync(AgentSource source, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(options.Timeout, time);
        try
        {
            return await FetchAsync(CardUrls.Places(source.Url)[0], source, patience.Token, cancellationToken);
        }
        catch (NoCardException fault)
        {
            throw RegistryException.Invalid(CardUrls.Field, fault.Message);
        }
    }

    public void Dispose() => client.Dispose();

    private async Task<FetchedCard> FirstOfAsync(IReadOnlyList<Uri> places, CancellationToken patience, CancellationToken cancellationToken)
    {
        var faults = new List<string>();
        foreach (var place in places)
        {
            try
            {
                // Not null, as there is no card yet that could be unchanged.
                return (await FetchAsync(place, known: null, patience, cancellationToken))!;
            }
            catch (NoCardException fault)
            {
                faults.Add(fault.Message);
                if (fault.IsFinal)
                {
                    break;
                }
            }
        }

        throw new NoCardException(string.Join("; ", faults));
    }

    private async Task<FetchedCard?> FetchAsync(Uri place, AgentSource? known, CancellationToken patience, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience, cancellationToken);
        try
        {
            var url = place;
            for (var redirects = 0; ; redirects++)
            {
                using var response = await SendAsync(url, place, known, either.Token);
                if (response.StatusCode == HttpStatusCode.NotModified && known is not null)
                {
                    return null;
                }

                if (response.IsSuccessStatusCode)
                {
                    return await ReadAsync(response, place, either.Token);
                }

                url = NextOf(response, url, redirects) ?? throw new NoCardException(
                    string.Create(CultureInfo.InvariantCulture, $"{place} answered {(int)response.StatusCode}"));
            }
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or SocketException or OperationCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            throw new NoCardException($"{place} {Explain(fault)}", isFinal: true);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(Uri url, Uri place, AgentSource? known, CancellationToken cancellationToken)
    {
        // Not left to the connection alone, which may be one from before.
        if (options.Addresses.Refuses(url))
        {
            throw new NoCardException($"{place} {Refused}", isFinal: true);
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.UserAgent.Add(Agent);
        request.Headers.Accept.ParseAdd("application/json, application/a2a+json");
        if (EntityTagHeaderValue.TryParse(known?.ETag, out var tag))
        {
            request.Headers.IfNoneMatch.Add(tag);
        }
        else
        {
            request.Headers.IfModifiedSince = known?.LastModified;
        }

        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>Where a redirect leads; null where the answer is none.</summary>
    /// <exception cref="NoCardException">It leads nowhere that is followed.</exception>
    private static Uri? NextOf(HttpResponseMessage response, Uri url, int redirects)
    {
        if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
        {
            return null;
        }

        if (!Uri.TryCreate(url, location, out var next) || !CardUrls.IsHttp(next) || next.UserInfo.Length > 0)
        {
            throw new NoCardException($"{url} redirects to what is not an http or https URL without a user name");
        }

        if (url.Scheme == Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttps)
        {
            throw new NoCardException($"{url} redirects from https to http, which is not followed");
        }

        return redirects < MostRedirects ? next : throw new NoCardException($"{url} redirects more than {MostRedirects} times");
    }

    private async Task<FetchedCard> ReadAsync(HttpResponseMessage response, Uri place, CancellationToken cancellationToken)
    {
        var most = rules.MaxCardBytes;
        var bytes = new byte[Math.Min(response.Content.Headers.ContentLength ?? 16 * 1024, most) + 1];
        var length = 0;
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        for (int read; (read = await body.ReadAsync(bytes.AsMemory(length), cancellationToken)) > 0;)
        {
            length += read;
            if (length > most)
            {
                throw new NoCardException($"{place} has more than {most:N0} bytes, the most that this registry takes");
            }

            if (length == bytes.Length)
            {
                Array.Resize(ref bytes, Math.Min(length * 2, most + 1));
            }
        }

        try
        {
            var (card, _) = rules.Check(bytes.AsMemory(0, length));
            var headers = response.Headers;
            return new FetchedCard(card.Utf8, new AgentSource
            {
                Url = place.AbsoluteUri,
                FetchedAt = time.GetUtcMilliseconds(),
                ETag = headers.ETag?.ToString() is { Length: <= LongestTag } tag ? tag : null,
                LastModified = response.Content.Headers.LastModified,
            });
        }
        catch (RegistryException refused)
        {
            throw new NoCardException($"{place} is no agent card: {refused.Message.TrimEnd('.')}");
        }
    }

    private const string Refused = "leads to an address where this registry fetches no cards (CARD_FETCH_ALLOWED_NETWORKS)";

    private string Explain(Exception fault)
    {
        for (var cause = fault; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case AddressRefusedException:
                    return Refused;
                case AuthenticationException:
                    return "has a TLS certificate or protocol that was not accepted";
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }:
                    return "has no address: its name is not known";
                case SocketException { SocketErrorCode: not SocketError.ConnectionReset }:
                    return "could not be connected to";
                case OperationCanceledException:
                    return string.Create(CultureInfo.InvariantCulture, $"did not answer within {options.Timeout.TotalSeconds} s");
            }
        }

        return "closed the connection, or did not answer as HTTP has it";
    }
}

/// <summary>There is no card to be had.</summary>
/// <param name="message">Why not, in a sentence.</param>
/// <param name="isFinal">Whether other URLs of the same host need not be tried.</param>
internal sealed class NoCardException(string message, bool isFinal = false) : Exception(message)
{
    public bool IsFinal => isFinal;
}

/// <summary>A card that was fetched, and found to be one.</summary>
/// <param name="Source">Where it was; without a schedule.</param>
internal sealed record FetchedCard(ReadOnlyMemory<byte> Bytes, AgentSource Source);
