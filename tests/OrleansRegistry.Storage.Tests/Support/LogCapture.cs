using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Storage.Tests;

/// <summary>Keeps what is logged.</summary>
internal sealed class LogCapture<T> : ILogger<T>
{
    private readonly Channel<string> arrived = Channel.CreateUnbounded<string>();

    public ConcurrentQueue<(LogLevel Level, string Message)> Entries { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Add(logLevel, formatter(state, exception));

    /// <summary>Waits for a message that begins so.</summary>
    public ValueTask<string> WaitForAsync(string start) =>
        arrived.Reader.ReadAllAsync().FirstAsync(message => message.StartsWith(start, StringComparison.Ordinal));

    private void Add(LogLevel level, string message)
    {
        Entries.Enqueue((level, message));
        arrived.Writer.TryWrite(message);
    }
}
