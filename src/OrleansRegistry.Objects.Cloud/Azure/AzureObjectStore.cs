using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace OrleansRegistry.Objects.Cloud.Azure;

/// <summary>Objects in a container of Azure Blob Storage. A put of 8 MiB or more goes in blocks.</summary>
internal sealed class AzureObjectStore : CloudObjectStore
{
    private readonly AzureOptions options;
    private readonly HttpClient http;
    private readonly AzureContainer container;
    private readonly AzureUploads uploads;
    private readonly RetryPace pace;

    public AzureObjectStore(AzureOptions options, string containerName, string prefix)
    {
        this.options = options;
        http = new HttpClient(options.Tuning.NewHandler()) { Timeout = Timeout.InfiniteTimeSpan };
        container = new AzureContainer(AzureClient.Create(options, http).GetBlobContainerClient(containerName), new CloudKeys(prefix));
        uploads = new AzureUploads(container);
        pace = new RetryPace(options.MaxRetries, options.Timeout) { MaxWait = options.Tuning.MaxWait };
    }

    public override string Description => container.Description;

    public override async Task<ObjectInfo> PutAsync(string name, Stream content, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        return await container.CallAsync(
            AzureCall.Put(name),
            async () =>
            {
                var target = new AzurePut(container, uploads, name);
                await PartedPut.RunAsync(content, target, cancellationToken);
                return target.Stored!;
            },
            cancellationToken);
    }

    public override async Task<ObjectInfo?> FindAsync(string name, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        return await container.CallAsync(
            AzureCall.Get(name), async () => (await container.FindAsync(name, cancellationToken))?.Info, cancellationToken);
    }

    public override async Task DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        await container.CallAsync(
            AzureCall.Delete(name), () => container.Blob(name).DeleteIfExistsAsync(cancellationToken: cancellationToken), cancellationToken);
    }

    public override async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ObjectName.CheckPrefix(prefix);
        await using var pages = container.Client
            .GetBlobsAsync(new GetBlobsOptions { Prefix = container.Keys.Of(prefix) }, cancellationToken)
            .AsPages(pageSizeHint: options.Tuning.PageSize)
            .GetAsyncEnumerator(cancellationToken);
        while (await container.CallAsync(AzureCall.List, () => pages.MoveNextAsync().AsTask(), cancellationToken))
        {
            foreach (var found in pages.Current.Values)
            {
                if (container.Keys.NameOf(found.Name, prefix) is { } name)
                {
                    yield return new ObjectInfo(name, found.Properties.ContentLength ?? 0, found.Properties.LastModified ?? default);
                }
            }
        }
    }

    public override Task<string> BeginUploadAsync(string name, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        return container.CallAsync(AzureCall.Put(name), () => uploads.BeginAsync(name, cancellationToken), cancellationToken);
    }

    public override Task<IReadOnlyList<ObjectPart>> ListPartsAsync(string name, string upload, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        return container.CallAsync(AzureCall.Get(name), () => uploads.ListAsync(name, upload, cancellationToken), cancellationToken);
    }

    public override async Task<ObjectInfo> CompleteUploadAsync(string name, string upload, CancellationToken cancellationToken = default)
    {
        var parts = await ListPartsAsync(name, upload, cancellationToken);
        UploadLimits.Check(name, parts);
        return await container.CallAsync(
            AzureCall.Put(name),
            async () =>
            {
                var info = await uploads.CompleteAsync(name, upload, parts.Count, parts.Sum(part => part.Size), cancellationToken);
                await uploads.ForgetAsync(upload, cancellationToken);
                return info;
            },
            cancellationToken);
    }

    public override Task AbortUploadAsync(string name, string upload, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        return container.CallAsync(AzureCall.Delete(name), () => uploads.AbortAsync(name, upload, cancellationToken), cancellationToken);
    }

    public override Task<int> SweepAsync(DateTimeOffset untouchedSince, CancellationToken cancellationToken = default) =>
        container.CallAsync(AzureCall.List, () => uploads.SweepAsync(untouchedSince, cancellationToken), cancellationToken);

    public override ValueTask DisposeAsync()
    {
        http.Dispose();
        return ValueTask.CompletedTask;
    }

    protected override async Task<Stream> ReadAsync(string name, long from, long? count, CancellationToken cancellationToken)
    {
        var call = AzureCall.Get(name);
        return await container.CallAsync(
            call,
            async () =>
            {
                try
                {
                    var answer = await GetAsync(name, from, count, ifMatch: null, cancellationToken);
                    return (Stream)new ResumingStream(
                        new CloudBody(answer.Content, answer.Details.ContentLength),
                        from,
                        async (next, rest, stop) =>
                        {
                            var more = await GetAsync(name, next, rest, answer.Details.ETag, stop);
                            ResumingStream.CheckSame(name, $"{answer.Details.ETag}", $"{more.Details.ETag}");
                            return new CloudBody(more.Content, more.Details.ContentLength);
                        },
                        fault => AzureFaults.Translate(container.Client.Name, call, fault),
                        pace);
                }
                catch (RequestFailedException past) when (past.Status == 416)
                {
                    return Stream.Null;
                }
                catch (RequestFailedException missing) when (AzureFaults.IsMissing(missing))
                {
                    throw NotFound(name, missing);
                }
            },
            cancellationToken);
    }

    protected override Task PutPartAsync(
        string name, string upload, int number, ArraySegment<byte> part, CancellationToken cancellationToken) => container.CallAsync(
        AzureCall.Put(name),
        async () =>
        {
            await uploads.PutAsync(name, upload, number, part, cancellationToken);
            return true;
        },
        cancellationToken);

    private async Task<BlobDownloadStreamingResult> GetAsync(string name, long from, long? count, ETag? ifMatch, CancellationToken cancellationToken)
    {
        var request = new BlobDownloadOptions { Conditions = ifMatch is { } etag ? new BlobRequestConditions { IfMatch = etag } : null };
        if (from > 0 || count is not null)
        {
            request.Range = new HttpRange(from, count is { } some && some <= long.MaxValue - from ? some : null);
        }

        return (await container.Blob(name).DownloadStreamingAsync(request, cancellationToken)).Value;
    }
}
