namespace OrleansRegistry.Objects.Tests.Support;

internal static class Bytes
{
    public static byte[] Random(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    /// <summary>A stream that knows neither its length nor the way back, as a request's body.</summary>
    public static Stream Stream(byte[] bytes) => new OneWayStream(bytes);

    public static async Task<byte[]> ReadAsync(this IObjectStore store, string name, long from = 0, long? count = null)
    {
        await using var stream = await store.OpenAsync(name, from, count);
        using var all = new MemoryStream();
        await stream.CopyToAsync(all);
        return all.ToArray();
    }

    public static async Task<string[]> NamesAsync(this IObjectStore store, string prefix)
    {
        var names = new List<string>();
        await foreach (var info in store.ListAsync(prefix))
        {
            names.Add(info.Name);
        }

        return [.. names];
    }

    private sealed class OneWayStream(byte[] bytes) : ReadOnlyStream
    {
        private int at;

        public override int Read(Span<byte> buffer)
        {
            var read = Math.Min(Math.Min(buffer.Length, 70_001), bytes.Length - at);
            bytes.AsSpan(at, read).CopyTo(buffer);
            at += read;
            return read;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));
    }
}

/// <summary>Gives so many bytes, and then throws.</summary>
internal sealed class FailingStream(int length, Exception fault, Action? before = null) : ReadOnlyStream
{
    private int remaining = length;

    public override int Read(Span<byte> buffer)
    {
        if (remaining == 0)
        {
            before?.Invoke();
            throw fault;
        }

        var read = Math.Min(buffer.Length, remaining);
        remaining -= read;
        buffer[..read].Clear();
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        return Read(buffer.Span);
    }
}

/// <summary>Never ends.</summary>
internal sealed class EndlessStream : ReadOnlyStream
{
    public override int Read(Span<byte> buffer) => buffer.Length;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(buffer.Length);
}
