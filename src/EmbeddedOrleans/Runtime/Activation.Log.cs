using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace EmbeddedOrleans;

internal sealed partial class Activation
{
    [LoggerMessage(Level = LogLevel.Error, Message = "Grain {GrainId} did not activate.")]
    private static partial void LogActivationFailed(ILogger log, Exception exception, GrainId grainId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Grain {GrainId} failed in OnDeactivateAsync.")]
    private static partial void LogDeactivationFailed(ILogger log, Exception exception, GrainId grainId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Grain {GrainId} failed while it was disposed.")]
    private static partial void LogDisposeFailed(ILogger log, Exception exception, GrainId grainId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Grain {GrainId} failed in {Request}, for whose answer nobody waits.")]
    private static partial void LogOneWayFailed(ILogger log, Exception exception, GrainId grainId, Request request);
}
