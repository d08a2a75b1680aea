using System.Security.Cryptography;

namespace OrleansRegistry.Objects.Encryption;

/// <summary>The content of an encrypted object, from one of its chunks on. Gives no byte that is not authenticated.</summary>
internal sealed class DecryptingStream : ReadOnlyStream
{
    private readonly Stream encrypted;
    private readonly AesGcm cipher;
    private readonly byte[] context;
    private readonly string told;

    /// <summary>A chunk with its tag, and the byte after it, which tells whether it is the last.</summary>
    private readonly byte[] input;
    private readonly byte[] output;
    private int inputLength;
    private int outputStart;
    private int outputEnd;
    private long chunk;
    private long skip;
    private bool isDone;

    /// <param name="encrypted">At the begin of the chunk.</param>
    /// <param name="header">The object's.</param>
    /// <param name="key">That its header names.</param>
    /// <param name="name">The object's.</param>
    /// <param name="told">Who it is, for the message.</param>
    /// <param name="chunk">From 0.</param>
    /// <param name="skip">How many bytes of the chunk to pass over.</param>
    /// <param name="begin">What was read of the chunk already.</param>
    public DecryptingStream(
        Stream encrypted, EncryptionHeader header, byte[] key, string name, string told, long chunk = 0, long skip = 0, byte[]? begin = null)
    {
        this.encrypted = encrypted;
        this.told = told;
        this.chunk = chunk;
        this.skip = skip;
        cipher = header.Cipher(key);
        context = header.Context(name);
        input = new byte[header.ChunkSize + EncryptionHeader.TagLength + 1];
        output = new byte[header.ChunkSize];
        inputLength = begin?.Length ?? 0;
        begin?.CopyTo(input, 0);
    }

    public override int Read(Span<byte> buffer)
    {
        while (outputStart == outputEnd && !isDone)
        {
            inputLength += encrypted.ReadAtLeast(input.AsSpan(inputLength), input.Length - inputLength, throwOnEndOfStream: false);
            Decrypt();
        }

        return Give(buffer);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (outputStart == outputEnd && !isDone)
        {
            var rest = input.AsMemory(inputLength);
            inputLength += await encrypted.ReadAtLeastAsync(rest, rest.Length, throwOnEndOfStream: false, cancellationToken);
            Decrypt();
        }

        return Give(buffer.Span);
    }

    public override async ValueTask DisposeAsync()
    {
        await encrypted.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            encrypted.Dispose();
            cipher.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Decrypt()
    {
        isDone = inputLength < input.Length;
        var length = (isDone ? inputLength : inputLength - 1) - EncryptionHeader.TagLength;
        try
        {
            if (length < 0)
            {
                throw new AuthenticationTagMismatchException();
            }

            cipher.Decrypt(
                EncryptionHeader.Nonce(chunk, isDone),
                input.AsSpan(0, length),
                input.AsSpan(length, EncryptionHeader.TagLength),
                output.AsSpan(0, length),
                context);
        }
        catch (AuthenticationTagMismatchException changed)
        {
            // The next read finds it again.
            isDone = false;
            throw new ObjectStoreException(
                ObjectStoreError.Damaged,
                $"{told} is damaged at chunk {chunk}: it was cut off, changed or renamed since it was put. Use another copy.",
                changed);
        }

        input[0] = input[inputLength - 1];
        inputLength = isDone ? 0 : 1;
        outputStart = (int)Math.Min(skip, length);
        outputEnd = length;
        skip = 0;
        chunk++;
    }

    private int Give(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, outputEnd - outputStart);
        output.AsSpan(outputStart, count).CopyTo(buffer);
        outputStart += count;
        return count;
    }
}
