using System.Text.Json;

namespace OrleansRegistry.Cli;

/// <summary>The body of an error: problem details (RFC 9457), or whatever a proxy says.</summary>
internal static class Problem
{
    public static CliException Read(string name, HttpResponseMessage response, byte[] body)
    {
        var status = (int)response.StatusCode;
        var text = Detail(body) ?? $"{name} answered {status} {response.ReasonPhrase}.";
        return new CliException(ExitCodes.OfStatus(status), text) { Status = status };
    }

    private static string? Detail(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var problem = json.RootElement;
            return problem.Text("detail") is { Length: > 0 } detail ? Faults.WithField(detail, problem.Text("field")) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
