using Orleans.Runtime;
using Orleans.Runtime.Messaging;

namespace OrleansRegistry.Grains;

/// <summary>Classifies the failure of a grain call.</summary>
internal static class GrainCallFailure
{
    /// <summary>The message of Orleans for a call without a silo to send it to; for a silo that was lost during the call it is longer.</summary>
    private static readonly string NotSent = new SiloUnavailableException().Message;

    /// <summary>Whether the cluster, and not the grain, threw it.</summary>
    public static bool Is(Exception fault) => fault is OrleansException or TimeoutException;

    /// <summary>True where it is certain that the grain has not seen the call.</summary>
    public static bool NeverBegan(Exception fault) => fault switch
    {
        SiloUnavailableException unavailable => unavailable.Message == NotSent,
        OrleansMessageRejectionException or GatewayTooBusyException or ConnectionFailedException => true,
        _ => false,
    };
}
