using System.Text;
using System.Threading.Channels;

namespace OrleansRegistry.Cli.Tests;

/// <summary>Hands on each line that is written to it.</summary>
internal sealed class LineStream : MemoryStream
{
    private readonly Channel<string> lines = Channel.CreateUnbounded<string>();
    private readonly List<byte> begun = [];

    public Task<string> NextAsync() => lines.Reader.ReadAsync().AsTask();

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        foreach (var b in buffer)
        {
            if (b == '\n')
            {
                lines.Writer.TryWrite(Encoding.UTF8.GetString([.. begun]));
                begun.Clear();
            }
            else
            {
                begun.Add(b);
            }
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }
}
