using Orleans.Runtime;

namespace OrleansRegistry.Instances;

/// <summary>Chooses one of an agent's instances.</summary>
internal static class InstanceChooser
{
    /// <summary>The most that a 32-bit hash may be, and one more.</summary>
    private const double Hashes = uint.MaxValue + 1.0;

    /// <summary>Null where none is healthy, or none has a weight.</summary>
    public static AgentInstance? Choose(IReadOnlyList<AgentInstance> instances, InstanceChoice choice)
    {
        for (var health = AgentHealth.Healthy; health <= (choice.AnyHealth ? AgentHealth.Expired : AgentHealth.Healthy); health++)
        {
            if (ChooseOf(instances, health, choice) is { } chosen)
            {
                return chosen;
            }
        }

        return null;
    }

    private static AgentInstance? ChooseOf(IReadOnlyList<AgentInstance> instances, AgentHealth health, InstanceChoice choice)
    {
        // Each draws a number whose least is its own as often as its weight says: an exponential variable. With a key the draw is always the same, and who
        // comes or goes takes from the others, or leaves to them, no more than its own share (weighted rendezvous hashing).
        AgentInstance? chosen = null;
        var least = double.PositiveInfinity;
        for (var i = 0; i < instances.Count; i++)
        {
            var instance = instances[i];
            if (instance.Weight > 0
                && (instance.Health ?? AgentHealth.Healthy) == health
                && (choice.Version is null || instance.Version == choice.Version)
                && -Math.Log(Draw(choice.Key, instance.Name)) / instance.Weight is var drawn
                && drawn < least)
            {
                (chosen, least) = (instance, drawn);
            }
        }

        return chosen;
    }

    /// <summary>Above 0 and below 1. Never changed: nodes of two versions would choose apart.</summary>
    private static double Draw(string? key, string name) =>
        key is null ? 1 - Random.Shared.NextDouble() : (StableHash.ComputeHash($"{key}\n{name}") + 0.5) / Hashes;
}
