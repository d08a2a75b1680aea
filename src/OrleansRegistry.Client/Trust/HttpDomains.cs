using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>The domains of a subject over HTTP.</summary>
internal sealed class HttpDomains(RegistryHttp http) : IDomains
{
    private const string Collection = "domains";

    public async Task<DomainProof> BeginAsync(Caller caller, string domain, CancellationToken cancellationToken = default)
    {
        var body = TaskRequests.Object(json => json.WriteString("domain"u8, domain));
        using var answer = await http.CallAsync(http.Write(caller, HttpMethod.Post, Collection, body, keyed: false), cancellationToken);
        return answer.Read(Read);
    }

    public async Task<IReadOnlyList<DomainProof>> ListAsync(Caller caller, CancellationToken cancellationToken = default)
    {
        using var answer = await http.CallAsync(http.Read(caller, Collection), cancellationToken);
        return answer.Read(json => (IReadOnlyList<DomainProof>)[.. json.Entries(Collection).Select(Read)]);
    }

    public async Task<DomainProof> VerifyAsync(Caller caller, string domain, CancellationToken cancellationToken = default)
    {
        var asked = http.Write(caller, HttpMethod.Post, ApiPath.Of(Collection, domain, ":verify"), keyed: false);
        using var answer = await http.CallAsync(asked, cancellationToken);
        return answer.Read(Read);
    }

    public async Task<bool> RemoveAsync(Caller caller, string domain, CancellationToken cancellationToken = default)
    {
        try
        {
            using var answer = await http.CallAsync(
                http.Write(caller, HttpMethod.Delete, ApiPath.Of(Collection, domain), keyed: false), cancellationToken);
            return true;
        }
        catch (RegistryException fault) when (fault is { Error: RegistryError.NotFound, Field: "domain" })
        {
            return false;
        }
    }

    // A state that this version does not know is none to rely on.
    private static DomainProof Read(JsonElement json) => new(
        json.Required("domain"),
        DomainNames.TryParseState(json.Text("state")) ?? DomainState.Pending,
        json.Required("token"),
        json.Time("token_end"))
    {
        Method = DomainNames.TryParseMethod(json.Text("method")),
        FoundAt = TimeOf(json, "found_at"),
        MissedAt = TimeOf(json, "missed_at"),
        Reason = json.Text("reason"),
        HeldUntil = TimeOf(json, "held_until"),
    };

    private static DateTimeOffset? TimeOf(JsonElement json, string name) => json.Find(name) is null ? null : json.Time(name);
}
