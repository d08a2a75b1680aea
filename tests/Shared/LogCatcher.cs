using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace OrleansRegistry.TestSupport;

/// <summary>Keeps what is logged: level, text and exception.</summary>
/// <param name="isOf">Of which categories; null for all.</param>
internal sealed class LogCatcher(ConcurrentQueue<string> log, LogLevel least = LogLevel.Trace, Func<string, bool>? isOf = null)
    : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => isOf is null || isOf(categoryName) ? this : NullLogger.Instance;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        log.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");

    public void Dispose()
    {
    }
}
