using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Http;

internal sealed partial class FaultHandler
{
    [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed unexpectedly and was answered 500.")]
    private partial void LogUnexpected(Exception fault, string method, string path);
}
