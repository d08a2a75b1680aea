using System.Net;
using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>The body of an error: problem details (RFC 9457), or whatever a proxy says.</summary>
internal static class ApiProblem
{
    /// <summary>The exception that a co-hosted caller gets. Its inner exception has the status.</summary>
    /// <param name="name">What to call the registry in messages.</param>
    public static RegistryException Read(string name, HttpResponseMessage response, byte[] body)
    {
        var problem = Parse(body);
        var status = response.StatusCode;
        var text = problem?.Detail ?? $"{name} answered {(int)status} {response.ReasonPhrase}.";
        return new RegistryException(
            problem?.Error ?? ErrorOf(status, problem),
            text,
            problem?.Field,
            new HttpRequestException(text, inner: null, status))
        {
            CurrentState = problem?.State,
            CurrentGeneration = problem?.Generation,
            RetryAfter = response.Headers.RetryAfter?.Delta,
        };
    }

    /// <summary>Of a registry that names no error, or of a server that is none.</summary>
    private static RegistryError ErrorOf(HttpStatusCode status, Parsed? problem) => (int)status switch
    {
        400 or 415 => RegistryError.Invalid,
        401 or 403 => RegistryError.Forbidden,
        404 when problem?.Field is not null => RegistryError.NotFound,
        409 when problem?.State is { } state && state.IsTerminal() && problem.Generation is null => RegistryError.Terminal,
        409 or 412 => RegistryError.Conflict,
        413 => RegistryError.TooLarge,
        422 => RegistryError.KeyReused,
        429 => RegistryError.Busy,
        507 => RegistryError.StorageFull,
        408 or 502 or 503 or 504 => RegistryError.Unavailable,
        500 => RegistryError.Unreadable,
        _ => RegistryError.NotSupported,
    };

    private static Parsed? Parse(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var problem = json.RootElement;
            return problem.Text("detail") is { Length: > 0 } detail
                ? new Parsed(
                    detail,
                    problem.Text("field"),
                    RegistryErrorCode.Parse(problem.Text("code")),
                    problem.Text("state") is { } state ? TaskStates.TryParse(state) : null,
                    problem.Find("current_generation") is { ValueKind: JsonValueKind.Number } ? problem.Number("current_generation") : null)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Parsed(string Detail, string? Field, RegistryError? Error, TaskState? State, long? Generation);
}
