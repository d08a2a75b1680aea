namespace OrleansRegistry.Objects;

/// <summary>Streams one after the other, each opened when it is its turn.</summary>
internal sealed class JoinedStream(int count, Func<int, CancellationToken, Task<Stream>> open) : ReadOnlyStream
{
    private Stream? current;
    private int opened;

    public override int Read(Span<byte> buffer) => throw new NotSupportedException();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            if (current is not null)
            {
                var read = await current.ReadAsync(buffer, cancellationToken);
                if (read > 0)
                {
                    return read;
                }

                await current.DisposeAsync();
                current = null;
            }

            if (opened == count)
            {
                return 0;
            }

            current = await open(opened, cancellationToken);
            opened++;
        }

        return 0;
    }

    public override async ValueTask DisposeAsync()
    {
        if (current is not null)
        {
            await current.DisposeAsync();
        }

        await base.DisposeAsync();
    }
}
