using System.Security.Cryptography;

namespace OrleansRegistry.Objects.Encryption;

/// <summary>A content, encrypted as it is read.</summary>
internal sealed class EncryptingStream : ReadOnlyStream
{
    private readonly Stream content;
    private readonly EncryptionHeader header;
    private readonly AesGcm cipher;
    private readonly byte[] context;
    private readonly byte[] output;
    private byte[] current;
    private byte[] next;
    private int currentLength = -1;
    private int outputStart;
    private int outputEnd;
    private long chunk;
    private bool isDone;

    public EncryptingStream(Stream content, string name, ObjectKeys keys)
    {
        this.content = content;
        header = EncryptionHeader.New(keys);
        cipher = header.Cipher(keys.Newest.Key);
        context = header.Context(name);
        current = new byte[header.ChunkSize];
        next = new byte[header.ChunkSize];
        output = new byte[header.ChunkSize + EncryptionHeader.TagLength];
        header.Write(output);
        outputEnd = EncryptionHeader.Length;
    }

    /// <summary>How many bytes of the content were read.</summary>
    public long ContentLength { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        if (outputStart == outputEnd && !isDone)
        {
            if (currentLength < 0)
            {
                currentLength = Taken(content.ReadAtLeast(current, current.Length, throwOnEndOfStream: false));
            }

            var nextLength = currentLength < current.Length ? 0 : Taken(content.ReadAtLeast(next, next.Length, throwOnEndOfStream: false));
            Encrypt(nextLength);
        }

        return Give(buffer);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (outputStart == outputEnd && !isDone)
        {
            if (currentLength < 0)
            {
                currentLength = Taken(await content.ReadAtLeastAsync(current, current.Length, throwOnEndOfStream: false, cancellationToken));
            }

            var nextLength = currentLength < current.Length
                ? 0
                : Taken(await content.ReadAtLeastAsync(next, next.Length, throwOnEndOfStream: false, cancellationToken));
            Encrypt(nextLength);
        }

        return Give(buffer.Span);
    }

    /// <summary>The content is its owner's.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            cipher.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Taken(int count)
    {
        ContentLength += count;
        return count;
    }

    /// <summary>Encrypts the current chunk, and goes on to the next. The last one is known by nothing following it.</summary>
    private void Encrypt(int nextLength)
    {
        isDone = nextLength == 0;
        cipher.Encrypt(
            EncryptionHeader.Nonce(chunk, isDone),
            current.AsSpan(0, currentLength),
            output.AsSpan(0, currentLength),
            output.AsSpan(currentLength, EncryptionHeader.TagLength),
            context);
        outputStart = 0;
        outputEnd = currentLength + EncryptionHeader.TagLength;
        chunk++;
        var used = current;
        current = next;
        next = used;
        currentLength = nextLength;
    }

    private int Give(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, outputEnd - outputStart);
        output.AsSpan(outputStart, count).CopyTo(buffer);
        outputStart += count;
        return count;
    }
}
