using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansRegistry.Http;

/// <summary>The body of an error that this registry answers.</summary>
/// <remarks>Source: RFC 9457.</remarks>
internal sealed class RegistryProblem : ProblemDetails
{
    public const string ContentType = "application/problem+json";

    /// <param name="field">The path of the offending member, parameter or header, where one is to blame.</param>
    public RegistryProblem(int status, string detail, string? field = null)
    {
        Type = "about:blank";
        Title = ReasonPhrases.GetReasonPhrase(status);
        Status = status;
        Detail = detail;
        Add("field", field);
    }

    /// <summary>Adds a member of the registry's own, unless it is null.</summary>
    public RegistryProblem Add(string name, object? value)
    {
        if (value is not null)
        {
            Extensions[name] = value;
        }

        return this;
    }

    public async Task SendAsync(HttpContext context)
    {
        context.Response.StatusCode = Status!.Value;
        SecurityHeaders.Set(context.Response);
        await context.RequestServices.GetRequiredService<IProblemDetailsService>().WriteAsync(new() { HttpContext = context, ProblemDetails = this });
    }
}
