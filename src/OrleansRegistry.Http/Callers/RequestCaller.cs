using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace OrleansRegistry.Http;

/// <summary>
/// The one place that says on whose behalf a request is: the default caller, whom its credential names (<see cref="CallerGate"/>), or whom the headers name
/// where <see cref="RegistryHttpOptions.TrustCallerHeaders"/> says to believe them.
/// </summary>
internal static class RequestCaller
{
    public const string TenantHeader = "X-Registry-Tenant";
    public const string SubjectHeader = "X-Registry-Subject";

    /// <summary>What the caller may do, beside what ownership says: names of roles with commas between.</summary>
    public const string RolesHeader = "X-Registry-Roles";

    /// <summary>Of a read: whether it is of the caller's own, or of all that its tenant has.</summary>
    public const string ScopeHeader = "X-Registry-Scope";

    /// <summary>Names a write, so that it can be sent again.</summary>
    public const string KeyHeader = Identifiers.KeyField;

    /// <summary>What a 401 asks for, as RFC 9110 wants it said: the gateway in front is to name the caller.</summary>
    private const string Challenge = $"Trusted-Headers headers=\"{TenantHeader}, {SubjectHeader}\"";

    /// <summary>What an answer to a caller with a credential depends on.</summary>
    private const string AdmittedVary = $"Authorization, {CallerGate.KeyHeader}, {ScopeHeader}";

    private const string OwnScope = "own";
    private const string TenantScope = "tenant";
    private const int MaxTenantLength = 64;
    private const int MaxSubjectLength = 256;

    /// <exception cref="RegistryException">A header is not a tenant or a subject, or not a key of the request.</exception>
    /// <exception cref="HttpProblemException">401: a header is missing, and there is no default.</exception>
    public static Caller GetCaller(this HttpContext context)
    {
        if (IsRead(context))
        {
            return Sender(context, isRead: true);
        }

        var caller = Sender(context, isRead: false) with { Address = AddressOf(context) };
        var key = context.Request.Headers[KeyHeader];
        if (key.Count == 0)
        {
            return caller;
        }

        return key is [{ Length: > 0 } one]
            ? caller with { IdempotencyKey = one }
            : throw RegistryException.Invalid(KeyHeader, "must be one key, and not empty");
    }

    /// <summary>The caller of what only reads, though its method is not one of those that do.</summary>
    /// <inheritdoc cref="GetCaller"/>
    public static Caller GetReader(this HttpContext context) => Sender(context, isRead: true);

    /// <summary>The same, whatever else the request asks for.</summary>
    /// <inheritdoc cref="GetCaller"/>
    public static Caller GetSender(this HttpContext context) => Sender(context, isRead: false);

    /// <summary>Where the request came from, as a named proxy in front says; null where that is not known.</summary>
    public static string? AddressOf(HttpContext context) => context.Connection.RemoteIpAddress switch
    {
        { IsIPv4MappedToIPv6: true } mapped => mapped.MapToIPv4().ToString(),
        var address => address?.ToString(),
    };

    /// <summary>The roles of the request's caller, by its credential or headers; null where nobody names any.</summary>
    public static IReadOnlyList<string>? RolesOf(HttpContext context) => context.Features.Get<AdmittedCaller>() is { } admitted
        ? admitted.Roles
        : context.GetEndpoint()?.Metadata.GetMetadata<CallerRule>() is { IsTrusting: true } ? RolesIn(context.Request.Headers) : null;

    private static bool IsRead(HttpContext context) => HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);

    private static Caller Sender(HttpContext context, bool isRead)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<CallerRule>() is not { } rule)
        {
            return Caller.Default;
        }

        if (context.Features.Get<AdmittedCaller>() is { } admitted)
        {
            return Admitted(context, admitted.Caller, isRead);
        }

        if (!rule.IsTrusting)
        {
            return rule.Default
                ?? throw new InvalidOperationException("A request came to what asks who calls, and nothing has looked at its credential.");
        }

        VaryHeader.By(context.Response, TenantHeader);
        VaryHeader.By(context.Response, SubjectHeader);
        VaryHeader.By(context.Response, RolesHeader);
        var headers = context.Request.Headers;
        string[] believed = [TenantHeader, SubjectHeader, RolesHeader, .. rule.TrustsScope ? (string[])[ScopeHeader] : []];
        if (Array.Find(believed, name => headers[name].Count > 0) is { } sent && !rule.Proxies.IsOne(context))
        {
            throw new HttpProblemException(
                StatusCodes.Status401Unauthorized,
                $"{sent}: comes from an address that is none of REGISTRY_TRUSTED_PROXIES, so nobody knows who calls",
                sent)
            {
                Header = (HeaderNames.WWWAuthenticate, Challenge),
            };
        }

        var caller = Read(headers, rule.Default);
        return isRead ? caller with { SeesAllOwners = SeesAll(context, rule) } : caller;
    }

    /// <summary>Whom the credential names. Headers may say the same, but nobody else.</summary>
    private static Caller Admitted(HttpContext context, Caller caller, bool isRead)
    {
        VaryHeader.ByAll(context.Response, AdmittedVary);
        DemandSame(context, TenantHeader, caller.Tenant);
        DemandSame(context, SubjectHeader, caller.Subject);
        var seesAll = AsksForAll(context) && (caller.May(Permissions.TasksReadAll) ? true : throw new HttpProblemException(
            StatusCodes.Status403Forbidden,
            $"{ScopeHeader}: this caller's roles do not let it see what others own: it needs tasks-read-all",
            ScopeHeader));
        return isRead && seesAll ? caller with { SeesAllOwners = true } : caller;
    }

    private static void DemandSame(HttpContext context, string header, string own)
    {
        if (context.Request.Headers[header] is { Count: > 0 } named && named != own)
        {
            throw new HttpProblemException(
                StatusCodes.Status403Forbidden,
                $"{header}: the credential says who calls, and the header says something else: leave it out",
                header);
        }
    }

    private static bool SeesAll(HttpContext context, CallerRule rule)
    {
        if (rule.TrustsScope)
        {
            VaryHeader.By(context.Response, ScopeHeader);
        }

        return AsksForAll(context) && (rule.TrustsScope ? true : throw new HttpProblemException(
            StatusCodes.Status403Forbidden,
            $"{ScopeHeader}: this registry lets no caller see what others own; REGISTRY_TRUST_SCOPE_HEADER=true would",
            ScopeHeader));
    }

    private static bool AsksForAll(HttpContext context) => context.Request.Headers[ScopeHeader] switch
    {
        [] or [OwnScope] => false,
        [TenantScope] => true,
        _ => throw RegistryException.Invalid(ScopeHeader, $"must be {OwnScope} or {TenantScope}"),
    };

    /// <summary>Whom the headers name, with the roles that they name; without any a member of its tenant, which no gateway makes an operator by itself.</summary>
    private static Caller Read(IHeaderDictionary headers, Caller? otherwise) => Named(headers, otherwise) with
    {
        Allowed = RolesIn(headers) is { } roles ? RegistryRoles.Of(roles) : Permissions.Member,
        Credential = "headers",
    };

    private static string[]? RolesIn(IHeaderDictionary headers) => headers[RolesHeader] is { Count: > 0 } roles
        ? string.Join(',', roles!).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        : null;

    private static Caller Named(IHeaderDictionary headers, Caller? otherwise)
    {
        var tenant = headers[TenantHeader];
        var subject = headers[SubjectHeader];
        if (otherwise is not null && tenant.Count == 0 && subject.Count == 0)
        {
            return otherwise;
        }

        return new Caller(
            tenant.Count == 0 ? otherwise?.Tenant ?? throw Missing(TenantHeader) : Tenant(tenant),
            subject.Count == 0 ? otherwise?.Subject ?? throw Missing(SubjectHeader) : Subject(subject));
    }

    private static HttpProblemException Missing(string header) => new(
        StatusCodes.Status401Unauthorized,
        $"{header}: is missing; the gateway in front of this registry says by {TenantHeader} and {SubjectHeader} who calls",
        header)
    {
        Header = (HeaderNames.WWWAuthenticate, Challenge),
    };

    private static string Tenant(StringValues header) =>
        header is [{ Length: > 0 and <= MaxTenantLength } tenant] && tenant.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? tenant
            : throw RegistryException.Invalid(TenantHeader, $"must be one tenant: 1 to {MaxTenantLength} letters, digits, '-', '_' or '.'");

    private static string Subject(StringValues header) =>
        header is [{ Length: <= MaxSubjectLength } subject] && !string.IsNullOrWhiteSpace(subject) && !subject.Any(char.IsControl)
            ? subject
            : throw RegistryException.Invalid(
                SubjectHeader, $"must be one subject: 1 to {MaxSubjectLength} characters, none of them a control character");
}
