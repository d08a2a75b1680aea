using System.Globalization;
using System.Text;

namespace OrleansRegistry.Objects.Encryption;

/// <summary>
/// Uploads in parts, as hidden objects that are encrypted each for itself: joined as they are, nothing would tell whether parts are missing at the end.
/// </summary>
internal sealed class EncryptedUploads(IObjectStore store, ObjectCipher cipher)
{
    private const string Folder = ".encrypted-uploads/";
    private const string NameObject = "/name";

    /// <summary>Whether an object is part of an upload.</summary>
    public static bool IsOwn(string name) => name.StartsWith(Folder, StringComparison.Ordinal);

    /// <exception cref="ObjectStoreException"><see cref="ObjectStoreError.InvalidName"/>.</exception>
    public static void CheckName(string name)
    {
        ObjectName.Check(name);
        if (IsOwn(name))
        {
            throw new ObjectStoreException(ObjectStoreError.InvalidName, $"No object can be named '{Folder}…': such names are the store's own.");
        }
    }

    public async Task<string> BeginAsync(string name, CancellationToken cancellationToken)
    {
        var upload = Guid.NewGuid().ToString("N");
        await cipher.PutAsync(Folder + upload + NameObject, new MemoryStream(Encoding.ASCII.GetBytes(name)), cancellationToken);
        return upload;
    }

    public async Task PutAsync(string name, string upload, int number, Stream part, CancellationToken cancellationToken)
    {
        await CheckAsync(name, upload, cancellationToken);
        await cipher.PutAsync(PartName(upload, number), new PartStream(part, name, number), cancellationToken);
    }

    public async Task<IReadOnlyList<ObjectPart>> ListAsync(string name, string upload, CancellationToken cancellationToken)
    {
        await CheckAsync(name, upload, cancellationToken);
        var parts = new List<ObjectPart>();
        await foreach (var found in store.ListAsync(Folder + upload + "/", cancellationToken))
        {
            if (int.TryParse(found.Name[(found.Name.LastIndexOf('/') + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                parts.Add(new ObjectPart(number, EncryptionHeader.ContentLength(found.Size)));
            }
        }

        return parts;
    }

    /// <summary>The content of all parts.</summary>
    public Stream Join(string upload, IReadOnlyList<ObjectPart> parts) =>
        new JoinedStream(parts.Count, (index, stop) => cipher.OpenAsync(PartName(upload, parts[index].Number), 0, count: null, stop));

    public async Task AbortAsync(string name, string upload, CancellationToken cancellationToken)
    {
        try
        {
            await CheckAsync(name, upload, cancellationToken);
        }
        catch (ObjectStoreException gone) when (gone.Error == ObjectStoreError.NotFound)
        {
            return;
        }

        await DropAsync(upload);
    }

    /// <summary>Deletes the name first: without it, there is no upload, whatever is left.</summary>
    public async Task DropAsync(string upload)
    {
        await store.DeleteAsync(Folder + upload + NameObject);
        await foreach (var part in store.ListAsync(Folder + upload + "/"))
        {
            await store.DeleteAsync(part.Name);
        }
    }

    public async Task<int> SweepAsync(DateTimeOffset untouchedSince, CancellationToken cancellationToken)
    {
        var touched = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        await foreach (var part in store.ListAsync(Folder, cancellationToken))
        {
            var upload = part.Name[Folder.Length..].Split('/')[0];
            touched[upload] = touched.TryGetValue(upload, out var before) && before > part.ChangedAt ? before : part.ChangedAt;
        }

        var stale = touched.Where(upload => upload.Value < untouchedSince).Select(upload => upload.Key).ToList();
        foreach (var upload in stale)
        {
            await DropAsync(upload);
        }

        return stale.Count;
    }

    private static string PartName(string upload, int number) => $"{Folder}{upload}/{number:D5}";

    private async Task CheckAsync(string name, string upload, CancellationToken cancellationToken)
    {
        // An id is 32 digits: anything else could be a path.
        if (!Guid.TryParseExact(upload, "N", out _))
        {
            throw UploadLimits.NotFound(name, upload);
        }

        try
        {
            await using var stored = await cipher.OpenAsync(Folder + upload + NameObject, 0, count: null, cancellationToken);
            using var reader = new StreamReader(stored, Encoding.ASCII);
            if (await reader.ReadToEndAsync(cancellationToken) != name)
            {
                throw UploadLimits.NotFound(name, upload);
            }
        }
        catch (ObjectStoreException gone) when (gone.Error == ObjectStoreError.NotFound)
        {
            throw UploadLimits.NotFound(name, upload);
        }
    }
}
