using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace OrleansRegistry.Http;

/// <summary>
/// Writes the registry's own problems. The framework's writer leaves a client without a body whose <c>Accept</c> does not ask for JSON, escapes all
/// but ASCII, and sends no <c>Content-Length</c>.
/// </summary>
internal sealed class ProblemWriter(IOptions<ProblemDetailsOptions> options) : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => context.ProblemDetails is RegistryProblem;

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        options.Value.CustomizeProblemDetails?.Invoke(context);
        var problem = context.ProblemDetails;
        var answer = JsonAnswer.RentObject();
        var json = answer.Json;
        json.WriteString("type"u8, problem.Type);
        json.WriteString("title"u8, problem.Title);
        json.WriteNumber("status"u8, problem.Status ?? context.HttpContext.Response.StatusCode);
        json.WriteString("detail"u8, problem.Detail);
        foreach (var (name, value) in problem.Extensions)
        {
            json.WritePropertyName(name);
            JsonSerializer.Serialize(json, value);
        }

        await answer.SendObjectAsync(context.HttpContext, context.HttpContext.Response.StatusCode, RegistryProblem.ContentType);
    }
}
