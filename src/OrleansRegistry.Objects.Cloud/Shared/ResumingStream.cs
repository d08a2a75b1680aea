namespace OrleansRegistry.Objects.Cloud;

/// <summary>
/// Reads an object, and where the connection is cut or stalls, goes on with another from the byte that comes next. The SDKs send a request again, but do
/// not go on with an answer.
/// </summary>
/// <param name="first">The first answer.</param>
/// <param name="from">The byte of the object that it begins with.</param>
/// <param name="reopen">Opens the object, which must be the same still, from a byte on, with so many bytes.</param>
/// <param name="translate">Makes the exception for callers.</param>
/// <param name="pace">How often to go on, and how long a read may take.</param>
internal sealed class ResumingStream(
    CloudBody first,
    long from,
    Func<long, long, CancellationToken, Task<CloudBody>> reopen,
    Func<Exception, ObjectStoreException> translate,
    RetryPace pace) : ReadOnlyStream
{
    /// <summary>Why reading cannot go on where the object is another meanwhile.</summary>
    public const string Replaced = "it was put anew while it was read: read it again";

    private readonly long end = from + first.Length;
    private long position = from;
    private Stream? current = first.Stream;

    /// <summary>Checks that the object is the same still: not every server knows conditions.</summary>
    /// <exception cref="ObjectStoreException">It is not.</exception>
    public static void CheckSame(string name, string? first, string? next)
    {
        if (first != next)
        {
            throw new ObjectStoreException(ObjectStoreError.Unavailable, $"Could not read {name}: {Replaced}.");
        }
    }

    public override int Read(Span<byte> buffer)
    {
        var bytes = new byte[buffer.Length];
        var read = ReadAsync(bytes).AsTask().GetAwaiter().GetResult();
        bytes.AsSpan(0, read).CopyTo(buffer);
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (position == end || buffer.Length == 0)
        {
            return 0;
        }

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                current ??= (await reopen(position, end - position, cancellationToken)).Stream;
                var read = await ReadOnceAsync(current, buffer[..(int)Math.Min(buffer.Length, end - position)], cancellationToken);
                if (read == 0)
                {
                    throw new EndOfStreamException($"{end - position} bytes are missing.");
                }

                position += read;
                return read;
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested && fault is not ObjectStoreException)
            {
                await DropAsync();
                if (attempt > pace.MaxRetries || !NetworkFaults.MayPass(fault))
                {
                    throw translate(fault);
                }

                await pace.WaitAsync(attempt, cancellationToken);
            }
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await DropAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            current?.Dispose();
            current = null;
        }

        base.Dispose(disposing);
    }

    private async Task<int> ReadOnceAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(pace.Timeout);
        return await stream.ReadAsync(buffer, limit.Token);
    }

    private async Task DropAsync()
    {
        if (current is { } dropped)
        {
            current = null;
            await dropped.DisposeAsync();
        }
    }
}
