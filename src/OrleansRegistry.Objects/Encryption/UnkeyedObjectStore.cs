namespace OrleansRegistry.Objects.Encryption;

/// <summary>A store without a key: an encrypted object is told as such, and not given as if it were what was put.</summary>
internal sealed class UnkeyedObjectStore(IObjectStore inner) : ObjectStoreDecorator(inner)
{
    public override async Task<Stream> OpenAsync(string name, long from = 0, long? count = null, CancellationToken cancellationToken = default)
    {
        var source = await Inner.OpenAsync(name, from, count, cancellationToken);
        if (from > 0)
        {
            return source;
        }

        var begin = new byte[EncryptionHeader.Length];
        try
        {
            var length = await source.ReadAtLeastAsync(begin, begin.Length, throwOnEndOfStream: false, cancellationToken);
            if (EncryptionHeader.IsEncrypted(begin.AsSpan(0, length)))
            {
                var header = EncryptionHeader.Read(begin.AsSpan(0, length), $"{name} in the {Inner.Description}");
                throw new ObjectStoreException(
                    ObjectStoreError.Configuration,
                    $"{name} in the {Inner.Description} is encrypted with the key {ObjectKeys.Text(header.KeyId)}, and none is set: "
                        + $"set {ObjectSettings.Key} or {ObjectSettings.KeyFile}.");
            }

            if (!source.CanSeek)
            {
                return new PrecededStream(begin.AsMemory(0, length), source);
            }

            source.Seek(0, SeekOrigin.Begin);
            return source;
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }
}
