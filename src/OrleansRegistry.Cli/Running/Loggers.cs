using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Cli;

/// <summary>What works in this process logs to the standard error where <c>--verbose</c> asks for it, and else nowhere.</summary>
internal static class Loggers
{
    public static ILoggerFactory Create(CommandCall call)
    {
        var isVerbose = call.Get(call.Options.Verbose);
        return LoggerFactory.Create(logging => Configure(logging, isVerbose));
    }

    public static void Configure(ILoggingBuilder logging, bool isVerbose)
    {
        if (isVerbose)
        {
            logging.SetMinimumLevel(LogLevel.Warning).AddFilter(nameof(OrleansRegistry), LogLevel.Information)
                .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        }
    }
}
