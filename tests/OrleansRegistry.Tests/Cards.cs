using System.Text;
using System.Text.Json;

namespace OrleansRegistry.Tests;

/// <summary>Agent cards for tests.</summary>
internal static class Cards
{
    public static AgentRegistration Registration(
        string name,
        string description = "An agent",
        string[]? tags = null,
        string[]? extensions = null,
        string? id = null) => new(Json(name, description, tags, extensions), id);

    public static ReadOnlyMemory<byte> Json(string name, string description = "An agent", string[]? tags = null, string[]? extensions = null) =>
        Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new
        {
            name,
            description,
            version = "1.0",
            supportedInterfaces = new[] { new { url = "https://example.com/a2a", protocolBinding = "JSONRPC", protocolVersion = "1.0" } },
            capabilities = new
            {
                streaming = true,
                extensions = (extensions ?? []).Select(uri => new { uri, description = $"{uri} of {name}", required = false }),
            },
            defaultInputModes = new[] { "text/plain" },
            defaultOutputModes = new[] { "text/plain" },
            skills = new[] { new { id = $"{name}-skill", name = "Skill", description = "Does it", tags = tags ?? ["general"] } },
        }));
}
