using Microsoft.OpenApi;

namespace OrleansRegistry.Http;

/// <summary>How requests say who calls, as the OpenAPI document has it: each of these is enough.</summary>
internal static class SecuritySchemes
{
    public static IReadOnlyList<(string Name, OpenApiSecurityScheme Scheme)> Of(RegistryHttpOptions options)
    {
        var schemes = new List<(string, OpenApiSecurityScheme)>();
        if (options.AsksText)
        {
            string[] kinds =
            [
                .. options.ApiKeys ? (string[])["an API key (ork_…)"] : [],
                .. options.Logins ? (string[])["the token of a session (ors_…)"] : [],
                .. options.Tokens.IsOn ? (string[])["a JSON web token"] : [],
            ];
            schemes.Add(("bearer", new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                BearerFormat = options.Tokens.IsOn ? "JWT" : null,
                Description = $"Authorization: Bearer, and {string.Join(" or ", kinds)}.",
            }));
        }

        if (options.ApiKeys)
        {
            schemes.Add(("apiKey", new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = CallerGate.KeyHeader,
                Description = "An API key (ork_…), without Authorization.",
            }));
        }

        if (options.Certificates.IsOn)
        {
            schemes.Add(("clientCertificate", new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.MutualTLS,
                Description = "A client certificate, for the proxy in front.",
            }));
        }

        return schemes;
    }

    public static OpenApiSecurityRequirement Requirement(string name, OpenApiDocument? document) =>
        new() { [new OpenApiSecuritySchemeReference(name, document)] = [] };
}
