using System.Globalization;

namespace OrleansRegistry.Client;

/// <summary>The audit trail of a registry over HTTP.</summary>
internal sealed class HttpAudit(RegistryHttp http) : IAuditTrail
{
    private const string Collection = "audit";

    public async Task<AuditPage> ListAsync(Caller caller, AuditQuery? query = null, CancellationToken cancellationToken = default)
    {
        query ??= new AuditQuery();
        var path = ApiPath.With(
            Collection,
            ("since", Time(query.Since)),
            ("before", Time(query.Before)),
            ("subject", query.Subject),
            ("object", query.Object),
            ("action", query.Action),
            ("outcome", query.Outcome),
            ("credential", query.Credential),
            ("oldest_first", query.OldestFirst ? "true" : null),
            ("page_size", query.PageSize.ToString(CultureInfo.InvariantCulture)),
            ("page_token", query.PageToken));
        using var answer = await http.CallAsync(http.Read(caller, path), cancellationToken);
        return answer.Read(page => new AuditPage([.. page.Entries("entries").Select(AuditJson.Read)], page.NextPage())
        {
            Unreadable = page.Strings("unreadable"),
        });
    }

    public async Task<AuditAnchor> GetAnchorAsync(Caller caller, CancellationToken cancellationToken = default)
    {
        using var answer = await http.CallAsync(http.Read(caller, ApiPath.Of(Collection, "anchor")), cancellationToken);
        return answer.Read(AuditJson.ReadAnchor);
    }

    private static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
}
