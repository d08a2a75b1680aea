using System.Net.Http.Headers;
using System.Text.Json;

namespace OrleansRegistry.Agents;

/// <summary>What this registry takes as an agent's credentials, and to whom it shows them.</summary>
internal static class ForwardingRules
{
    private const string Field = "credentials";
    private const int MaxName = 100;
    private const int MaxValue = 4096;

    /// <summary>Those that say how a request is read are the registry's to set.</summary>
    private static readonly string[] Own =
        ["accept", "connection", "expect", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "traceparent", "tracestate"];

    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: too many, or one that is no header of this kind.</exception>
    public static AgentCredentials? Check(AgentCredentials? credentials)
    {
        if (credentials is null)
        {
            return null;
        }

        if (credentials.Headers.Count > AgentCredentials.MaxHeaders)
        {
            throw RegistryException.Invalid(Field, $"has {credentials.Headers.Count:N0} headers; an agent has up to {AgentCredentials.MaxHeaders}");
        }

        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in credentials.Headers)
        {
            CheckName(name);

            // The value is in no message: it is secret.
            if (value is null or { Length: 0 or > MaxValue } || value.AsSpan().Trim(' ').Length != value.Length
                || value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            {
                throw RegistryException.Invalid(
                    $"{Field}.{name}", $"must have 1 to {MaxValue:N0} printable ASCII characters, without spaces around them");
            }

            if (!headers.TryAdd(name, value))
            {
                throw RegistryException.Invalid($"{Field}.{name}", "is there more than once");
            }
        }

        return new AgentCredentials(headers);
    }

    /// <summary>The interface of a card that messages are forwarded to; null where there is none.</summary>
    public static CardInterface? Chosen(JsonElement card) => CardInterfaces.Of(card).FirstOrDefault(CardInterfaces.IsForwardable);

    /// <summary>The credentials for where the card leads now; null where they are to be removed, or there are none.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: the card names none that they could be sent to.</exception>
    public static AgentCredentials? Bind(AgentCredentials? credentials, RawJson card)
    {
        if (credentials is null or { Headers.Count: 0 })
        {
            return null;
        }

        using var document = JsonDocument.Parse(card.Utf8, JsonInput.Stored);
        return Chosen(document.RootElement) is { } chosen
            ? credentials with { Origins = [OriginOf(chosen.Url)] }
            : throw RegistryException.Invalid(Field, "is for nobody: the card names no interface to forward to");
    }

    /// <summary>
    /// The credentials as they also go to an instance that the agent's owner adds, and no longer to where none is any more. The first origin is that which
    /// the card led to.
    /// </summary>
    /// <param name="added">Null where none is.</param>
    public static AgentCredentials? Reaching(AgentCredentials? credentials, IReadOnlyList<AgentInstance> instances, AgentInstance? added)
    {
        if (credentials is null or { Origins.Count: 0 } || (added is null && credentials.Origins.Count == 1))
        {
            return credentials;
        }

        var left = instances.Select(instance => OriginOf(instance.Url)).ToHashSet(StringComparer.Ordinal);
        var origins = credentials.Origins.Where((origin, i) => i == 0 || left.Contains(origin));
        return credentials with
        {
            Origins = origins.Concat(added is null ? [] : [OriginOf(added.Url)]).Distinct(StringComparer.Ordinal).ToArray(),
        };
    }

    /// <summary>Scheme, host and port of a URL that can be forwarded to.</summary>
    public static string OriginOf(string url) => new Uri(url).GetLeftPart(UriPartial.Authority);

    /// <summary>As a request's fingerprint has them.</summary>
    public static string? Text(AgentCredentials? credentials) => credentials is null
        ? null
        : string.Join('\n', credentials.Headers.Select(header => $"{header.Key}: {header.Value}").Order(StringComparer.OrdinalIgnoreCase));

    private static void CheckName(string name)
    {
        if (name.Length is 0 or > MaxName || !NameValueHeaderValue.TryParse(name, out var parsed) || parsed.Value is not null || parsed.Name != name)
        {
            throw RegistryException.Invalid(Field, $"has '{LogText.Id(name)}', which is not the name of a header");
        }

        if (Own.Contains(name, StringComparer.OrdinalIgnoreCase) || name.StartsWith("content-", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("a2a-", StringComparison.OrdinalIgnoreCase))
        {
            throw RegistryException.Invalid($"{Field}.{name}", "is a header that the registry sets itself");
        }
    }
}
