using System.Runtime.CompilerServices;

namespace OrleansRegistry.Objects.Encryption;

/// <summary>Encrypts what is put into another store, and decrypts what is read (<see cref="EncryptionHeader"/> has the format).</summary>
/// <param name="inner">Keeps the encrypted objects.</param>
/// <param name="keys">The last encrypts, all decrypt.</param>
/// <param name="readPlain">Whether objects that are not encrypted may be read; then each listed one is opened, as its size depends on that.</param>
internal sealed class EncryptedObjectStore(IObjectStore inner, ObjectKeys keys, bool readPlain = false) : ObjectStoreDecorator(inner)
{
    private readonly ObjectCipher cipher = new(inner, keys, readPlain);
    private readonly EncryptedUploads uploads = new(inner, new ObjectCipher(inner, keys, readPlain: false));

    public override string Description => $"{Inner.Description}, encrypted";

    public override Task<ObjectInfo> PutAsync(string name, Stream content, CancellationToken cancellationToken = default)
    {
        EncryptedUploads.CheckName(name);
        return cipher.PutAsync(name, content, cancellationToken);
    }

    public override Task<Stream> OpenAsync(string name, long from = 0, long? count = null, CancellationToken cancellationToken = default)
    {
        EncryptedUploads.CheckName(name);
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        return cipher.OpenAsync(name, from, count, cancellationToken);
    }

    public override async Task<ObjectInfo?> FindAsync(string name, CancellationToken cancellationToken = default)
    {
        EncryptedUploads.CheckName(name);
        return await Inner.FindAsync(name, cancellationToken) is { } found ? await cipher.OfContentAsync(found, cancellationToken) : null;
    }

    public override Task DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        EncryptedUploads.CheckName(name);
        return Inner.DeleteAsync(name, cancellationToken);
    }

    public override async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var found in Inner.ListAsync(prefix, cancellationToken))
        {
            if (!EncryptedUploads.IsOwn(found.Name) && await cipher.OfContentAsync(found, cancellationToken) is { } info)
            {
                yield return info;
            }
        }
    }

    public override Task<string> BeginUploadAsync(string name, CancellationToken cancellationToken = default)
    {
        EncryptedUploads.CheckName(name);
        return uploads.BeginAsync(name, cancellationToken);
    }

    public override Task PutPartAsync(string name, string upload, int number, Stream part, CancellationToken cancellationToken = default)
    {
        EncryptedUploads.CheckName(name);
        UploadLimits.CheckNumber(number);
        return uploads.PutAsync(name, upload, number, part, cancellationToken);
    }

    public override Task<IReadOnlyList<ObjectPart>> ListPartsAsync(string name, string upload, CancellationToken cancellationToken = default)
    {
        EncryptedUploads.CheckName(name);
        return uploads.ListAsync(name, upload, cancellationToken);
    }

    /// <summary>Reads the parts and puts them as one object: it takes as long as a put of all.</summary>
    public override async Task<ObjectInfo> CompleteUploadAsync(string name, string upload, CancellationToken cancellationToken = default)
    {
        EncryptedUploads.CheckName(name);
        var parts = await uploads.ListAsync(name, upload, cancellationToken);
        UploadLimits.Check(name, parts);
        await using var joined = uploads.Join(upload, parts);
        var info = await cipher.PutAsync(name, joined, cancellationToken);
        await uploads.DropAsync(upload);
        return info;
    }

    public override Task AbortUploadAsync(string name, string upload, CancellationToken cancellationToken = default)
    {
        EncryptedUploads.CheckName(name);
        return uploads.AbortAsync(name, upload, cancellationToken);
    }

    public override async Task<int> SweepAsync(DateTimeOffset untouchedSince, CancellationToken cancellationToken = default) =>
        await Inner.SweepAsync(untouchedSince, cancellationToken) + await uploads.SweepAsync(untouchedSince, cancellationToken);
}
