namespace OrleansRegistry.Objects.Encryption;

/// <summary>Encrypts objects into a store and decrypts them from it.</summary>
/// <param name="store">Keeps the encrypted objects.</param>
/// <param name="keys">The last encrypts, all decrypt.</param>
/// <param name="readPlain">Whether objects that are not encrypted may be read.</param>
internal sealed class ObjectCipher(IObjectStore store, ObjectKeys keys, bool readPlain)
{
    public async Task<ObjectInfo> PutAsync(string name, Stream content, CancellationToken cancellationToken)
    {
        await using var encrypting = new EncryptingStream(content, name, keys);
        var stored = await store.PutAsync(name, encrypting, cancellationToken);
        return stored with { Size = encrypting.ContentLength };
    }

    public async Task<Stream> OpenAsync(string name, long from, long? count, CancellationToken cancellationToken)
    {
        var isWhole = from == 0 && count is null;
        var source = await store.OpenAsync(name, 0, isWhole ? null : EncryptionHeader.Length, cancellationToken);
        try
        {
            if (await ReadHeaderAsync(name, source, cancellationToken) is not { } header)
            {
                await source.DisposeAsync();
                return await store.OpenAsync(name, from, count, cancellationToken);
            }

            var key = KeyOf(name, header);
            if (isWhole)
            {
                return new DecryptingStream(source, header, key, name, Told(name));
            }

            await source.DisposeAsync();
            return await OpenRangeAsync(name, header, key, from, count ?? long.MaxValue, cancellationToken);
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }

    /// <summary>What is told of an object by its content: its size is that of what was put. Null where it is gone meanwhile.</summary>
    public async Task<ObjectInfo?> OfContentAsync(ObjectInfo stored, CancellationToken cancellationToken)
    {
        if (readPlain)
        {
            try
            {
                await using var begin = await store.OpenAsync(stored.Name, 0, EncryptionHeader.Length, cancellationToken);
                if (await ReadHeaderAsync(stored.Name, begin, cancellationToken) is null)
                {
                    return stored;
                }
            }
            catch (ObjectStoreException gone) when (gone.Error == ObjectStoreError.NotFound)
            {
                return null;
            }
        }

        return stored with { Size = EncryptionHeader.ContentLength(stored.Size) };
    }

    /// <returns>Null where the object is not encrypted, and may be read all the same.</returns>
    private async Task<EncryptionHeader?> ReadHeaderAsync(string name, Stream source, CancellationToken cancellationToken)
    {
        var begin = new byte[EncryptionHeader.Length];
        var length = await source.ReadAtLeastAsync(begin, begin.Length, throwOnEndOfStream: false, cancellationToken);
        var isPlain = readPlain && !EncryptionHeader.IsEncrypted(begin.AsSpan(0, length));
        return isPlain ? null : EncryptionHeader.Read(begin.AsSpan(0, length), Told(name));
    }

    private async Task<Stream> OpenRangeAsync(
        string name, EncryptionHeader header, byte[] key, long from, long count, CancellationToken cancellationToken)
    {
        var (chunk, skip) = Math.DivRem(from, header.ChunkSize);
        var stride = header.ChunkSize + EncryptionHeader.TagLength;
        if (chunk > long.MaxValue / stride / 2)
        {
            return Stream.Null;
        }

        // A byte more than the last chunk: whether there is one tells whether that is the object's last.
        var chunks = Math.Max(1, (skip + Math.Min(count, long.MaxValue / 4) + header.ChunkSize - 1) / header.ChunkSize);
        long? wanted = chunks > long.MaxValue / stride / 2 ? null : (chunks * stride) + 1;
        var encrypted = await store.OpenAsync(name, EncryptionHeader.Length + (chunk * stride), wanted, cancellationToken);
        var first = new byte[1];
        if (await encrypted.ReadAtLeastAsync(first, 1, throwOnEndOfStream: false, cancellationToken) == 0)
        {
            await encrypted.DisposeAsync();
            await CheckEndAsync(name, header, key, cancellationToken);
            return Stream.Null;
        }

        return new LimitedStream(new DecryptingStream(encrypted, header, key, name, Told(name), chunk, skip, first), count);
    }

    /// <summary>Reads the last chunk: of an object that was cut off, it is not the one that was marked as the last.</summary>
    private async Task CheckEndAsync(string name, EncryptionHeader header, byte[] key, CancellationToken cancellationToken)
    {
        var stride = header.ChunkSize + EncryptionHeader.TagLength;
        var body = (await store.FindAsync(name, cancellationToken))?.Size - EncryptionHeader.Length ?? 0;
        var chunk = Math.Max(0, (body - 1) / stride);
        var encrypted = await store.OpenAsync(name, EncryptionHeader.Length + (chunk * stride), count: null, cancellationToken);
        await using var end = new DecryptingStream(encrypted, header, key, name, Told(name), chunk);
        await end.CopyToAsync(Stream.Null, cancellationToken);
    }

    private byte[] KeyOf(string name, EncryptionHeader header) => keys.Find(header.KeyId) ?? throw new ObjectStoreException(
        ObjectStoreError.Configuration,
        $"{Told(name)} is encrypted with the key {ObjectKeys.Text(header.KeyId)}, and the keys known are {string.Join(", ", keys.Ids)}: "
            + $"add it to {ObjectSettings.Key} or {ObjectSettings.KeyFile}, before the newest.");

    private string Told(string name) => $"{name} in the {store.Description}";
}
