using System.Buffers;

namespace OrleansRegistry.Cli.Mcp;

/// <summary>Writes lines that do not mix, whoever writes at the same time.</summary>
internal sealed class LineWriter(Stream output) : IAsyncDisposable
{
    private readonly SemaphoreSlim turn = new(1);

    /// <param name="message">One JSON value. Its own line ends are white space, and become blanks.</param>
    public async Task WriteAsync(ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        var line = ArrayPool<byte>.Shared.Rent(message.Length + 1);
        message.CopyTo(line);
        line.AsSpan(0, message.Length).Replace((byte)'\n', (byte)' ');
        line.AsSpan(0, message.Length).Replace((byte)'\r', (byte)' ');
        line[message.Length] = (byte)'\n';
        await turn.WaitAsync(cancellation);
        try
        {
            await output.WriteAsync(line.AsMemory(0, message.Length + 1), cancellation);
            await output.FlushAsync(cancellation);
        }
        finally
        {
            turn.Release();
            ArrayPool<byte>.Shared.Return(line);
        }
    }

    public ValueTask DisposeAsync()
    {
        turn.Dispose();
        return ValueTask.CompletedTask;
    }
}
