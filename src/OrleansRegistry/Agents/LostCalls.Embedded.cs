using Orleans.Runtime;

namespace OrleansRegistry.Agents;

/// <summary>Tells what became of a call that brought no answer.</summary>
internal static class LostCalls
{
    /// <summary>Anything that the engine, and not the grain, throws.</summary>
    public static bool Is(Exception fault) => fault is OrleansException or TimeoutException;

    /// <summary>True where it is certain that the grain has not seen the call, and another try may find it.</summary>
    public static bool NeverBegan(Exception fault) => fault is OrleansMessageRejectionException and not SiloUnavailableException;
}
