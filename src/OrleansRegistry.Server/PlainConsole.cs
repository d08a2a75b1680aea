using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace OrleansRegistry.Server;

/// <summary>
/// One line an entry, regardless of its content: paths, ids and headers come from callers, and a line feed in one must not pass for another entry, nor an
/// escape sequence for a command to the terminal.
/// </summary>
internal sealed class PlainConsole(IOptionsMonitor<SimpleConsoleFormatterOptions> options) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "plain";

    private const string DefaultTime = "yyyy-MM-ddTHH:mm:ss.fffZ ";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        var text = logEntry.Exception is { } fault ? $"{message} {fault}" : message;
        textWriter.Write(DateTimeOffset.UtcNow.ToString(options.CurrentValue.TimestampFormat ?? DefaultTime, CultureInfo.InvariantCulture));
        var trace = Activity.Current is { Recorded: true } span ? $" trace={span.TraceId}" : "";
        textWriter.WriteLine($"{Level(logEntry.LogLevel)}: {logEntry.Category}[{logEntry.EventId.Id}]{trace} {LogText.Escape(text)}");
    }

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };
}

internal static class PlainConsoleExtensions
{
    public static void AddPlainConsole(this ILoggingBuilder logging) => logging.AddConsoleFormatter<PlainConsole, SimpleConsoleFormatterOptions>();
}
