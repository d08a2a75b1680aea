using System.Globalization;
using System.Text;
using Google.Apis.Storage.v1.Data;
using Resource = Google.Apis.Storage.v1.Data.Object;

namespace OrleansRegistry.Objects.Cloud.Gcs;

/// <summary>
/// Uploads in parts: objects of the store's own, which the store joins (compose). Its own resumable uploads take the bytes in order, and only from one
/// sender.
/// </summary>
internal sealed class GcsUploads(GcsBucket bucket)
{
    private const string Folder = $"{ObjectName.Reserved}/uploads/";
    private const string NameObject = "/name";

    /// <summary>How many objects are joined at once.</summary>
    private const int MaxSources = 32;

    public async Task<string> BeginAsync(string name, CancellationToken cancellationToken)
    {
        var upload = Guid.NewGuid().ToString("N");
        await bucket.PutAsync(Folder + upload + NameObject, new MemoryStream(Encoding.ASCII.GetBytes(name)), cancellationToken);
        return upload;
    }

    public async Task PutAsync(string name, string upload, int number, ArraySegment<byte> part, CancellationToken cancellationToken)
    {
        await CheckAsync(name, upload, cancellationToken);
        var body = new MemoryStream(part.Array!, part.Offset, part.Count, writable: false);
        await bucket.PutAsync($"{Folder}{upload}/{number:D5}", body, cancellationToken);
    }

    public async Task<IReadOnlyList<ObjectPart>> ListAsync(string name, string upload, CancellationToken cancellationToken)
    {
        await CheckAsync(name, upload, cancellationToken);
        return [.. (await SourcesAsync(upload, cancellationToken)).Select(source => source.Part)];
    }

    /// <summary>Joins the parts, and checks what the store has then.</summary>
    public async Task<ObjectInfo> CompleteAsync(string name, string upload, CancellationToken cancellationToken)
    {
        await CheckAsync(name, upload, cancellationToken);
        var parts = await SourcesAsync(upload, cancellationToken);
        UploadLimits.Check(name, [.. parts.Select(part => part.Part)]);
        var sources = parts.Select(part => part.Resource).ToList();
        for (var level = 1; sources.Count > MaxSources; level++)
        {
            var joined = new List<Resource>();
            foreach (var group in sources.Chunk(MaxSources))
            {
                joined.Add(await JoinAsync(group, $"{Folder}{upload}/joined-{level}-{joined.Count:D4}", cancellationToken));
            }

            sources = joined;
        }

        var whole = await JoinAsync(sources, name, cancellationToken);
        var info = await bucket.CheckAsync(name, parts.Sum(part => part.Part.Size), whole, cancellationToken);
        await DropAsync(upload, cancellationToken);
        return info;
    }

    public async Task<bool> AbortAsync(string name, string upload, CancellationToken cancellationToken)
    {
        try
        {
            await CheckAsync(name, upload, cancellationToken);
        }
        catch (ObjectStoreException gone) when (gone.Error == ObjectStoreError.NotFound)
        {
            return false;
        }

        await DropAsync(upload, cancellationToken);
        return true;
    }

    public async Task<int> SweepAsync(DateTimeOffset untouchedSince, CancellationToken cancellationToken)
    {
        var touched = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        await foreach (var (name, resource) in UnderAsync(Folder, cancellationToken))
        {
            var upload = name[Folder.Length..].Split('/')[0];
            var at = resource.TimeCreatedDateTimeOffset ?? DateTimeOffset.MaxValue;
            touched[upload] = touched.TryGetValue(upload, out var before) && before > at ? before : at;
        }

        var stale = touched.Where(upload => upload.Value < untouchedSince).Select(upload => upload.Key).ToList();
        foreach (var upload in stale)
        {
            await DropAsync(upload, cancellationToken);
        }

        return stale.Count;
    }

    private async Task<Resource> JoinAsync(IReadOnlyList<Resource> sources, string target, CancellationToken cancellationToken)
    {
        var body = new ComposeRequest
        {
            Destination = new Resource { ContentType = "application/octet-stream" },
            SourceObjects = [.. sources.Select(SourceOf)],
        };
        var request = bucket.Client.Service.Objects.Compose(body, bucket.Name, bucket.Keys.Of(target));
        request.KmsKeyName = bucket.KmsKey;
        return await request.ExecuteAsync(cancellationToken);
    }

    private static ComposeRequest.SourceObjectsData SourceOf(Resource source) => new() { Name = source.Name, Generation = source.Generation };

    /// <summary>Deletes the name first: without it, there is no upload, whatever is left.</summary>
    private async Task DropAsync(string upload, CancellationToken cancellationToken)
    {
        await bucket.DeleteAsync(Folder + upload + NameObject, cancellationToken);
        await foreach (var (name, _) in UnderAsync(Folder + upload + "/", cancellationToken))
        {
            await bucket.DeleteAsync(name, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<(ObjectPart Part, Resource Resource)>> SourcesAsync(string upload, CancellationToken cancellationToken)
    {
        var sources = new List<(ObjectPart Part, Resource Resource)>();
        await foreach (var (name, resource) in UnderAsync(Folder + upload + "/", cancellationToken))
        {
            if (int.TryParse(name[(name.LastIndexOf('/') + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                sources.Add((new ObjectPart(number, (long)(resource.Size ?? 0)), resource));
            }
        }

        return sources;
    }

    private async IAsyncEnumerable<(string Name, Resource Resource)> UnderAsync(
        string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in bucket.Pages(prefix).WithCancellation(cancellationToken))
        {
            foreach (var resource in page.Items ?? [])
            {
                yield return (resource.Name[bucket.Keys.Begin.Length..], resource);
            }
        }
    }

    private async Task CheckAsync(string name, string upload, CancellationToken cancellationToken)
    {
        // An id is 32 digits: anything else could be another object.
        if (!Guid.TryParseExact(upload, "N", out _))
        {
            throw UploadLimits.NotFound(name, upload);
        }

        try
        {
            var (body, _) = await bucket.GetAsync(Folder + upload + NameObject, 0, count: null, generation: null, cancellationToken);
            using var reader = new StreamReader(body.Stream, Encoding.ASCII);
            if (await reader.ReadToEndAsync(cancellationToken) != name)
            {
                throw UploadLimits.NotFound(name, upload);
            }
        }
        catch (Google.GoogleApiException missing) when (GcsFaults.IsMissing(missing))
        {
            throw UploadLimits.NotFound(name, upload);
        }
    }
}
