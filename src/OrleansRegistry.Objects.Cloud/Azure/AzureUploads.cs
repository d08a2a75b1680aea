using System.Globalization;
using System.Text;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace OrleansRegistry.Objects.Cloud.Azure;

/// <summary>
/// Uploads in parts: blocks of the blob that are not committed yet, whose ids hold the upload and the number. That an upload was begun, and when it was
/// last written to, a small blob of the store's own tells, as blocks have no time.
/// </summary>
internal sealed class AzureUploads(AzureContainer container)
{
    private const string Folder = $"{ObjectName.Reserved}/uploads/";

    public static string BlockId(string upload, int number) => Convert.ToBase64String(Encoding.ASCII.GetBytes($"{upload}{number:D5}"));

    public static string NewId() => Guid.NewGuid().ToString("N");

    public async Task<string> BeginAsync(string name, CancellationToken cancellationToken)
    {
        var upload = NewId();
        await container.Blob(Folder + upload).UploadAsync(Mark(name), new BlobUploadOptions(), cancellationToken);
        return upload;
    }

    public async Task PutAsync(string name, string upload, int number, ArraySegment<byte> part, CancellationToken cancellationToken)
    {
        var mark = await FindAsync(name, upload, cancellationToken);
        await StageAsync(name, upload, number, part, cancellationToken);
        try
        {
            var unchanged = new BlobUploadOptions { Conditions = new BlobRequestConditions { IfMatch = mark } };
            await container.Blob(Folder + upload).UploadAsync(Mark(name), unchanged, cancellationToken);
        }
        catch (RequestFailedException changed) when (changed.Status is 412 or 404)
        {
            // Another part was faster; or the upload was dropped meanwhile.
            await FindAsync(name, upload, cancellationToken);
        }
    }

    public Task StageAsync(string name, string upload, int number, ArraySegment<byte> part, CancellationToken cancellationToken) =>
        container.Blob(name).StageBlockAsync(
            BlockId(upload, number),
            new MemoryStream(part.Array!, part.Offset, part.Count, writable: false),
            new BlockBlobStageBlockOptions(),
            cancellationToken);

    public async Task<IReadOnlyList<ObjectPart>> ListAsync(string name, string upload, CancellationToken cancellationToken)
    {
        await FindAsync(name, upload, cancellationToken);
        try
        {
            var blocks = await container.Blob(name).GetBlockListAsync(BlockListTypes.Uncommitted, cancellationToken: cancellationToken);
            return
            [
                .. blocks.Value.UncommittedBlocks
                    .Select(block => (Id: Encoding.ASCII.GetString(Convert.FromBase64String(block.Name)), Size: block.SizeLong))
                    .Where(block => block.Id.StartsWith(upload, StringComparison.Ordinal) && block.Id.Length == upload.Length + 5)
                    .Select(block => new ObjectPart(int.Parse(block.Id[upload.Length..], CultureInfo.InvariantCulture), block.Size))
                    .OrderBy(part => part.Number),
            ];
        }
        catch (RequestFailedException missing) when (AzureFaults.IsMissing(missing))
        {
            return [];
        }
    }

    /// <summary>Joins the parts, and checks what the store has then.</summary>
    public async Task<ObjectInfo> CompleteAsync(string name, string upload, int parts, long size, CancellationToken cancellationToken)
    {
        var answer = await container.Blob(name).CommitBlockListAsync(
            Enumerable.Range(1, parts).Select(number => BlockId(upload, number)), new CommitBlockListOptions(), cancellationToken);
        return await container.CheckAsync(name, size, answer.Value, cancellationToken);
    }

    /// <summary>Forgets an upload. Its blocks cannot be deleted; the store drops them a week after the last of them.</summary>
    public Task ForgetAsync(string upload, CancellationToken cancellationToken) =>
        container.Blob(Folder + upload).DeleteIfExistsAsync(cancellationToken: cancellationToken);

    public async Task<bool> AbortAsync(string name, string upload, CancellationToken cancellationToken)
    {
        try
        {
            await FindAsync(name, upload, cancellationToken);
            await ForgetAsync(upload, cancellationToken);
            return true;
        }
        catch (ObjectStoreException gone) when (gone.Error == ObjectStoreError.NotFound)
        {
            return false;
        }
    }

    public async Task<int> SweepAsync(DateTimeOffset untouchedSince, CancellationToken cancellationToken)
    {
        var swept = 0;
        var marks = container.Client.GetBlobsAsync(new GetBlobsOptions { Prefix = container.Keys.Of(Folder) }, cancellationToken);
        await foreach (var mark in marks)
        {
            if (mark.Properties.LastModified < untouchedSince)
            {
                await container.Client.DeleteBlobIfExistsAsync(mark.Name, cancellationToken: cancellationToken);
                swept++;
            }
        }

        return swept;
    }

    private static MemoryStream Mark(string name) => new(Encoding.ASCII.GetBytes(name));

    /// <returns>The version of its mark.</returns>
    private async Task<ETag> FindAsync(string name, string upload, CancellationToken cancellationToken)
    {
        // An id is 32 digits: anything else could be another blob.
        if (!Guid.TryParseExact(upload, "N", out _))
        {
            throw UploadLimits.NotFound(name, upload);
        }

        try
        {
            var mark = (await container.Blob(Folder + upload).DownloadContentAsync(cancellationToken)).Value;
            return mark.Content.ToString() == name ? mark.Details.ETag : throw UploadLimits.NotFound(name, upload);
        }
        catch (RequestFailedException missing) when (AzureFaults.IsMissing(missing))
        {
            throw UploadLimits.NotFound(name, upload);
        }
    }
}
