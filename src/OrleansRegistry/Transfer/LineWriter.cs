using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace OrleansRegistry.Transfer;

/// <summary>Writes lines to a stream through a buffer, and takes their SHA-256. What belongs together can be taken back while it is in the buffer.</summary>
internal sealed class LineWriter(Stream output) : IDisposable
{
    /// <summary>When the buffer is written out.</summary>
    private const int BufferBytes = 256 * 1024;

    /// <summary>The most that is held back of what may still be taken back.</summary>
    private const int HeldBytes = 4 * 1024 * 1024;

    private readonly ArrayBufferWriter<byte> buffer = new(BufferBytes + 64 * 1024);
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private Utf8JsonWriter? json;
    private int held = -1;

    /// <summary>Bytes so far.</summary>
    public long Written { get; private set; }

    /// <summary>Adds a line.</summary>
    public void Add<T>(T source, Action<Utf8JsonWriter, T> write)
    {
        json ??= new Utf8JsonWriter(buffer, RecordLine.Writing);
        json.Reset();
        write(json, source);
        json.Flush();
        buffer.Write("\n"u8);
    }

    /// <summary>What is added from here on can be taken back by <see cref="TryTakeBack"/>, until <see cref="Keep"/>.</summary>
    public void Hold() => held = buffer.WrittenCount;

    public void Keep() => held = -1;

    /// <summary>Takes back what was added since <see cref="Hold"/>.</summary>
    /// <returns>False where it was too much to hold, and is written.</returns>
    public bool TryTakeBack()
    {
        if (held < 0)
        {
            return false;
        }

        var kept = buffer.WrittenSpan[..held].ToArray();
        buffer.ResetWrittenCount();
        buffer.Write(kept);
        held = -1;
        return true;
    }

    /// <summary>Writes out what is complete, once it is enough.</summary>
    public ValueTask FlushIfFullAsync(CancellationToken cancellationToken)
    {
        if (held >= 0 && buffer.WrittenCount - held > HeldBytes)
        {
            held = -1;
        }

        return held < 0 && buffer.WrittenCount >= BufferBytes ? FlushAsync(cancellationToken) : ValueTask.CompletedTask;
    }

    /// <summary>The SHA-256 of all lines so far, in lower-case hexadecimal digits.</summary>
    public async ValueTask<string> HashAsync(CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        hash.AppendData(buffer.WrittenSpan);
        Written += buffer.WrittenCount;
        await output.WriteAsync(buffer.WrittenMemory, cancellationToken);
        buffer.ResetWrittenCount();
    }

    public void Dispose()
    {
        hash.Dispose();
        json?.Dispose();
    }
}
