using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace OrleansRegistry.Gateway.Http;

/// <summary>
/// The one place that says on whose behalf a request is: the default caller, or whom the headers name where
/// <see cref="GatewayOptions.TrustCallerHeaders"/> says to believe them.
/// </summary>
internal static class CallerOf
{
    public const string TenantHeader = "X-Registry-Tenant";
    public const string SubjectHeader = "X-Registry-Subject";

    private const int MaxTenantLength = 64;
    private const int MaxSubjectLength = 256;

    /// <summary>What marks an endpoint whose callers are believed.</summary>
    public static TrustMark Trusted { get; } = new();

    /// <exception cref="RegistryException">A header is no tenant or subject.</exception>
    public static Caller Request(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<TrustMark>() is null ? Caller.Default : Read(context.Request.Headers);

    private static Caller Read(IHeaderDictionary headers)
    {
        var tenant = headers[TenantHeader];
        var subject = headers[SubjectHeader];
        return tenant.Count == 0 && subject.Count == 0 ? Caller.Default : new Caller(
            tenant.Count == 0 ? Caller.Default.Tenant : Tenant(tenant),
            subject.Count == 0 ? Caller.DefaultSubject : Subject(subject));
    }

    private static string Tenant(StringValues header) =>
        header is [{ Length: > 0 and <= MaxTenantLength } tenant] && tenant.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? tenant
            : throw RegistryException.Invalid(TenantHeader, $"must be one tenant: 1 to {MaxTenantLength} letters, digits, '-', '_' or '.'");

    private static string Subject(StringValues header) =>
        header is [{ Length: <= MaxSubjectLength } subject] && !string.IsNullOrWhiteSpace(subject) && !subject.Any(char.IsControl)
            ? subject
            : throw RegistryException.Invalid(SubjectHeader, $"must be one subject: 1 to {MaxSubjectLength} characters, none of them a control character");

    public sealed class TrustMark;
}
