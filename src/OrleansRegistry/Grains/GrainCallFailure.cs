using Orleans.Runtime;
using Orleans.Runtime.Messaging;

namespace OrleansRegistry.Grains;

/// <summary>Tells what became of a call that brought no answer.</summary>
internal static class GrainCallFailure
{
    /// <summary>What Orleans says of a call that it had no silo to send to. It says more of one whose silo was lost while it ran.</summary>
    private static readonly string NotSent = new SiloUnavailableException().Message;

    /// <summary>Anything that the cluster, and not the grain, throws.</summary>
    public static bool Is(Exception fault) => fault is OrleansException or TimeoutException;

    /// <summary>True where it is certain that the grain has not seen the call.</summary>
    public static bool NeverBegan(Exception fault) => fault switch
    {
        SiloUnavailableException unavailable => unavailable.Message == NotSent,
        OrleansMessageRejectionException or GatewayTooBusyException or ConnectionFailedException => true,
        _ => false,
    };
}
