using System.Text.Json;
using OrleansRegistry.Cli.Tasks;
using Spectre.Console;

namespace OrleansRegistry.Cli.Service;

internal sealed class StatusCommand() : RegistryCommand(
    "status",
    "Shows whether the registry is ready, its version, its store and what it holds.",
    "registry status",
    "registry status --store ./data",
    "registry status --url https://registry.example.com --json")
{
    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var connection = await call.ConnectAsync();
        var api = connection.Api;
        using var service = await api.GetAsync("", call.Cancellation);
        using var health = await api.AskAsync(HttpMethod.Get, "health/ready", call.Cancellation);
        var isReady = health.Response.IsSuccessStatusCode;
        using var agents = await FindAsync(api, "stats", call.Cancellation);
        using var tasks = await FindAsync(api, "tasks:count", call.Cancellation);
        var told = new Told(connection.Place, service.Json, health.Json, isReady, agents?.Json, tasks?.Json);
        if (call.IsJson)
        {
            Write(call.Answer, told);
        }
        else
        {
            Print(call.Answer, told);
        }

        return isReady ? ExitCode.Done : ExitCode.Failed;
    }

    /// <summary>What a registry that is not ready may refuse to tell.</summary>
    private static async Task<ApiAnswer?> FindAsync(RegistryApi api, string path, CancellationToken cancellation)
    {
        var answer = await api.AskAsync(HttpMethod.Get, path, cancellation);
        if (answer.Response.IsSuccessStatusCode)
        {
            return answer;
        }

        answer.Dispose();
        return null;
    }

    private static void Write(Answer answer, Told told) => answer.Document(json =>
    {
        json.WriteString("registry", told.Place);
        json.WriteString("version", told.Service.Text("version"));
        json.WriteBoolean("ready", told.IsReady);
        WriteIfThere(json, "checks", told.Health.Find("checks"));
        WriteIfThere(json, "agents", told.Agents);
        WriteIfThere(json, "tasks", told.Tasks);
    });

    private static void WriteIfThere(Utf8JsonWriter json, string name, JsonElement? value)
    {
        if (value is { } there)
        {
            json.WritePropertyName(name);
            json.WriteOneLine(there);
        }
    }

    private static void Print(Answer answer, Told told)
    {
        var facts = new TextTable("", "");
        facts.Add("registry", told.Place);
        facts.Add("version", told.Service.Text("version"));
        facts.Add("state", told.IsReady ? Cell.Of("ready", Color.Green) : Cell.Of("not ready", Color.Red));
        if (told.Agents is { } stats)
        {
            facts.Add("agents", $"{stats.Number("total"):N0} ({stats.Number("disabled"):N0} disabled)");
            facts.Add("revision", $"{stats.Number("revision")}");
        }

        if (told.Tasks is { } counts)
        {
            facts.Add("tasks", $"{counts.Number("total"):N0}{ByState(counts)}");
        }

        answer.Table(facts);
        var checks = new TextTable("CHECK", "STATUS", "");
        foreach (var check in told.Health.Entries("checks"))
        {
            var status = check.Text("status");
            checks.Add(check.Text("name"), Cell.Of(status, Colour(status)), Cell.Short(check.Text("description"), 300));
        }

        if (checks.Rows > 0)
        {
            answer.Line("");
            answer.Table(checks);
        }
    }

    private static Color Colour(string? status) => status switch
    {
        "healthy" or "ok" or "up" => Color.Green,
        "degraded" => Color.Yellow,
        _ => Color.Red,
    };

    private static string ByState(JsonElement counts)
    {
        var byState = counts.Find("counts") ?? default;
        var states = byState.ValueKind == JsonValueKind.Object ? byState.EnumerateObject().Select(state => state.Name) : [];
        var text = string.Join(
            ", ", states.Where(name => byState.Number(name) > 0).Select(name => $"{byState.Number(name):N0} {TaskStateCell.Name(name)}"));
        return text.Length > 0 ? $": {text}" : "";
    }

    /// <summary>What the registry tells of itself.</summary>
    /// <param name="Agents">Null where it could not tell.</param>
    /// <param name="Tasks">Likewise.</param>
    private sealed record Told(string Place, JsonElement Service, JsonElement Health, bool IsReady, JsonElement? Agents, JsonElement? Tasks);
}
