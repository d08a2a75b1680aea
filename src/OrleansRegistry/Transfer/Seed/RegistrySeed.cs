using System.Text.Json;

namespace OrleansRegistry;

/// <summary>A few example agents, for a registry that is tried out.</summary>
public static class RegistrySeed
{
    /// <summary>A file with their cards by their ids, which <see cref="IRegistryTransfer.ImportAsync"/> takes.</summary>
    public static Stream Open() => typeof(RegistrySeed).Assembly.GetManifestResourceStream("seed-agents.json")!;

    /// <summary>The same, to register each.</summary>
    public static IReadOnlyList<AgentRegistration> Agents()
    {
        using var file = JsonDocument.Parse(Open());
        return [.. file.RootElement.EnumerateObject().Select(agent => new AgentRegistration(JsonInput.Copy(agent.Value).Utf8, agent.Name))];
    }
}
