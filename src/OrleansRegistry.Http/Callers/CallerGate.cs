using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace OrleansRegistry.Http;

/// <summary>
/// Lets in requests by the credential that they carry: a key or another of the registry's own (<see cref="ICallerCredentials"/>), which is compared with
/// what this process knows, a JSON web token (<see cref="TokenGate"/>), or a client certificate (<see cref="CertificateGate"/>).
/// </summary>
internal sealed class CallerGate(
    IOptions<RegistryHttpOptions> http, TokenGate tokens, CertificateGate certificates, RefusedAddresses addresses,
    IEnumerable<ICallerCredentials> credentials)
{
    public const string KeyHeader = "X-API-Key";

    private readonly RegistryHttpOptions options = http.Value;
    private readonly ICallerCredentials[] credentials = [.. credentials];

    /// <summary>Has <see cref="RequestCaller"/> know whom the credential names.</summary>
    /// <exception cref="HttpProblemException">401: there is none, or none that counts.</exception>
    /// <exception cref="LimitException">The address sent too many that did not count.</exception>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unavailable"/>: nobody can tell now.</exception>
    public async ValueTask AdmitAsync(HttpContext context)
    {
        try
        {
            await FindAsync(context);
        }
        catch (HttpProblemException fault) when (fault.StatusCode == StatusCodes.Status401Unauthorized)
        {
            addresses.Wrong(context);
            throw;
        }
    }

    private ValueTask FindAsync(HttpContext context)
    {
        var key = context.Request.Headers[KeyHeader];
        var authorization = context.Request.Headers.Authorization;
        if (options.ApiKeys && key.Count > 0)
        {
            return key is [{ Length: > 0 } one] && authorization.Count == 0
                ? AdmitAsync(context, KeyHeader, one)
                : throw Challenges.Refused(KeyHeader, "must be one key, and come without Authorization");
        }

        var token = TokenGate.TokenOf(context.Request);
        if (token is not null && OfForm(token) is not null)
        {
            return AdmitAsync(context, HeaderNames.Authorization, token);
        }

        // A key or token says who calls also where everybody comes with a certificate.
        if ((authorization.Count == 0 || !options.AsksText) && certificates.TryAdmit(context))
        {
            return default;
        }

        if (options.Tokens.IsOn)
        {
            return tokens.AdmitAsync(context, token);
        }

        if (options.TrustCallerHeaders)
        {
            // What a client says to the gateway in front of it is that one's to judge.
            return default;
        }

        throw token is null
            ? Challenges.Missing(HeaderNames.Authorization, authorization.Count > 0, options)
            : Challenges.Refused(HeaderNames.Authorization, "the token is not one of this registry");
    }

    /// <summary>The same before what is not an endpoint of the registry.</summary>
    /// <param name="permissions">What the caller must have one of.</param>
    public RequestDelegate Before(RequestDelegate next, FaultAnswer answerFault, Permissions permissions) => async context =>
    {
        try
        {
            await AdmitAsync(context);
            var admitted = context.Features.Get<AdmittedCaller>()
                ?? throw Challenges.Missing(HeaderNames.Authorization, context.Request.Headers.Authorization.Count > 0, options);
            admitted.Caller.Demand(permissions);
        }
        catch (Exception fault) when (fault is HttpProblemException or RegistryException)
        {
            await answerFault(context, fault);
            return;
        }

        await next(context);
    };

    private ICallerCredentials? OfForm(string text)
    {
        foreach (var form in credentials)
        {
            if (text.StartsWith(form.Prefix, StringComparison.Ordinal) && IsOn(form))
            {
                return form;
            }
        }

        return null;
    }

    private bool IsOn(ICallerCredentials form) => form.Noun == "session" ? options.Logins : options.ApiKeys;

    private ValueTask AdmitAsync(HttpContext context, string header, string text)
    {
        var form = OfForm(text) ?? throw Challenges.Refused(header, "is not a key of this registry");
        if (form.Find(text) is { } known)
        {
            context.Features.Set(known);
            return default;
        }

        return new ValueTask(AdmitUnknownAsync(context, header, form, text));
    }

    private async Task AdmitUnknownAsync(HttpContext context, string header, ICallerCredentials form, string text)
    {
        addresses.Demand(context);
        context.Features.Set(
            await form.FindAsync(text, context.RequestAborted)
                ?? throw Challenges.Refused(header, $"the {form.Noun} is not known, is not whole, has expired or was taken back"));
    }
}
