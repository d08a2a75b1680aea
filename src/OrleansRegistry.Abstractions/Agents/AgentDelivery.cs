namespace OrleansRegistry;

/// <summary>How messages for an agent get to it. The numbers are stored: never reuse one.</summary>
[GenerateSerializer, Alias("registry.AgentDelivery")]
public enum AgentDelivery : byte
{
    /// <summary>Clients go to the agent's own URL; the registry only lists it.</summary>
    Listed = 1,
    /// <summary>Tasks wait in the registry until a worker of the agent claims them.</summary>
    Worker = 2,
    /// <summary>The registry passes messages on to the agent's own URL, and keeps its tasks as the agent tells of them.</summary>
    Forward = 3,
}

/// <summary>Names of <see cref="AgentDelivery"/>.</summary>
public static class AgentDeliveries
{
    private static readonly EnumNames<AgentDelivery> Names = new(
        (AgentDelivery.Listed, "listed"),
        (AgentDelivery.Worker, "worker"),
        (AgentDelivery.Forward, "forward"));

    /// <summary>All names, for messages: <c>listed, worker or forward</c>.</summary>
    public static string AllNames => Names.All;

    /// <summary>The name in documents, such as <c>worker</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
    public static string ToName(this AgentDelivery delivery) => Names.Of(delivery);

    /// <summary>Parses a name, case-sensitive; null when there is no such value.</summary>
    public static AgentDelivery? TryParse(string? name) => Names.TryParse(name);

    /// <summary>Whether the value is one of the enumeration.</summary>
    internal static bool IsKnown(AgentDelivery delivery) => Names.Has(delivery);
}

/// <summary>How far an agent's own card says that it is reached. The numbers go between silos: never reuse one.</summary>
[GenerateSerializer, Alias("registry.CardReach")]
internal enum CardReach : byte
{
    /// <summary>The card was not read.</summary>
    Unknown = 0,
    /// <summary>The card names no URL.</summary>
    Nowhere = 1,
    /// <summary>The card names a URL, but none that the registry could send messages to.</summary>
    Elsewhere = 2,
    /// <summary>The card names an http or https URL that speaks JSON-RPC, or HTTP+JSON as of A2A 1.0.</summary>
    Forwardable = 3,
}
