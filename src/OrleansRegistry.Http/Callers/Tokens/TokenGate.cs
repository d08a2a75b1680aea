using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.Tokens;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace OrleansRegistry.Http;

/// <summary>Lets in requests with a good token, and says whom it names. ASP.NET's scheme checks each token once (<see cref="TokenScheme"/>).</summary>
/// <remarks>Source: RFC 6750; RFC 7519.</remarks>
internal sealed class TokenGate(IOptions<RegistryHttpOptions> http, TokenKeys keys, RefusedAddresses addresses, [RegistryTime] TimeProvider time)
{
    /// <summary>In characters. The headers of a request are bounded as a whole beside it.</summary>
    public const int MaxTokenLength = 16 * 1024;

    private const string Prefix = "Bearer ";

    /// <summary>A token is checked again after that, however long it says it counts.</summary>
    private static readonly TimeSpan Farthest = TimeSpan.FromDays(1);

    private readonly RegistryTokenOptions options = http.Value.Tokens;

    /// <summary>Has <see cref="RequestCaller"/> know whom the token names.</summary>
    /// <param name="token">Of <see cref="TokenOf"/>.</param>
    /// <exception cref="HttpProblemException">401: there is no token, or none that counts.</exception>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unavailable"/>: nobody can tell now.</exception>
    public async ValueTask AdmitAsync(HttpContext context, string? token)
    {
        if (token is null)
        {
            throw Challenges.Missing(HeaderNames.Authorization, context.Request.Headers.Authorization.Count > 0, http.Value);
        }

        if (token.Length > MaxTokenLength)
        {
            throw Refused($"has more than {MaxTokenLength:N0} characters");
        }

        if (keys.Known?.Tokens.Find(token) is { } remembered && time.GetUtcNow() < remembered.EndsAt)
        {
            context.Features.Set(remembered);
            return;
        }

        addresses.Demand(context);
        var known = keys.Known;
        var result = await context.AuthenticateAsync(TokenScheme.Name);
        if (!result.Succeeded)
        {
            throw result.Failure is RegistryException unavailable ? unavailable : Refused(TokenScheme.Reason(result.Failure));
        }

        var roles = RolesOf(result.Principal);
        var admitted = new AdmittedCaller(CallerOf(result.Principal, roles), EndOf(result.Properties)) { Roles = roles };

        // Not in a set that was read meanwhile: it may lack the key by which the token was found good.
        (keys.Known == known ? known : null)?.Tokens.Remember(token, admitted);
        context.Features.Set(admitted);
    }

    /// <summary>The token that a request carries; null for none.</summary>
    public static string? TokenOf(HttpRequest request) =>
        request.Headers.Authorization is [{ } header] && header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
            && header.AsSpan(Prefix.Length).Trim().Length > 0
            ? header[Prefix.Length..].Trim()
            : null;

    private DateTimeOffset EndOf(AuthenticationProperties properties)
    {
        var (now, end) = (time.GetUtcNow(), properties.ExpiresUtc ?? DateTimeOffset.MinValue);
        return (end < now + Farthest ? end : now + Farthest) + options.ClockSkew;
    }

    private Caller CallerOf(ClaimsPrincipal principal, IEnumerable<string> roles)
    {
        var tenant = Claim(principal, options.TenantClaim) ?? options.DefaultTenant ?? throw Refused($"has no claim {options.TenantClaim}");
        var subject = Claim(principal, options.SubjectClaim) ?? throw Refused($"has no claim {options.SubjectClaim}");
        try
        {
            Identifiers.CheckTenant(tenant);
        }
        catch (RegistryException)
        {
            throw Refused($"names something that is not a tenant by its claim {options.TenantClaim}");
        }

        try
        {
            Identifiers.CheckId(subject, "subject");
        }
        catch (RegistryException)
        {
            throw Refused($"names something that is not a subject by its claim {options.SubjectClaim}");
        }

        return new Caller(tenant, subject)
        {
            Allowed = RegistryRoles.Of(roles),
            Credential = $"token:{principal.FindFirst("iss")?.Value}",
        };
    }

    /// <summary>
    /// Those that the token names and this registry knows; where it names none, those of the setting. Operators are made by a setting alone: an identity
    /// provider that many use is not to be one of all tenants.
    /// </summary>
    private IReadOnlyList<string> RolesOf(ClaimsPrincipal principal)
    {
        var claims = principal.FindAll(options.RolesClaim).ToList();
        var named = claims
            .Where(claim => claim.ValueType == ClaimValueTypes.String)
            .SelectMany(claim => claim.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(role => RegistryRoles.Find(role) is not null && (role != RegistryRoles.Operator || options.AllowsOperators))
            .ToArray();
        return claims.Count > 0 ? named : options.DefaultRoles;
    }

    /// <exception cref="HttpProblemException">There are several, or it is not a string.</exception>
    private static string? Claim(ClaimsPrincipal principal, string name)
    {
        var claims = principal.FindAll(name).Take(2).ToList();
        return claims switch
        {
            [] => null,
            [{ ValueType: ClaimValueTypes.String } claim] => claim.Value,
            _ => throw Refused($"must have one string as claim {name}"),
        };
    }

    private static HttpProblemException Refused(string reason) => Challenges.Refused(HeaderNames.Authorization, $"the token {reason}");
}
