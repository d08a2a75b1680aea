using System.Runtime.CompilerServices;

namespace OrleansRegistry.Objects.Local;

/// <summary>
/// Objects as files of a folder, which any number of processes may share. A file is written beside (in <c>.store/pending</c>), flushed, and then renamed
/// to its name; parts of uploads lie in <c>.store/uploads</c>.
/// </summary>
/// <param name="root">The folder; created, for this user only, where it is missing.</param>
public sealed class LocalObjectStore(string root) : IObjectStore
{
    private const int CopyBuffer = 128 * 1024;

    private static readonly FileStreamOptions Reading = new()
    {
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
        Options = FileOptions.Asynchronous,
    };

    private readonly ObjectFolder folder = new(root);

    /// <inheritdoc/>
    public string Description => $"folder {folder.Root}";

    /// <inheritdoc/>
    public Task<ObjectInfo> PutAsync(string name, Stream content, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        return GuardedAsync(
            $"write {name}",
            async () =>
            {
                var path = folder.PathOf(name);
                CheckNoFolder(name, path);
                await folder.WriteAsync(path, file => CallerStream.CopyAsync(content, file, CopyBuffer, cancellationToken));
                return InfoOf(name, new FileInfo(path)) ?? throw Lost(name);
            });
    }

    /// <inheritdoc/>
    public Task<Stream> OpenAsync(string name, long from = 0, long? count = null, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        return GuardedAsync(
            $"read {name}",
            () =>
            {
                var path = folder.PathOf(name);
                try
                {
                    var file = new FileStream(path, Reading);
                    if (from == 0 && count is null)
                    {
                        return Task.FromResult<Stream>(file);
                    }

                    file.Seek(from, SeekOrigin.Begin);
                    return Task.FromResult<Stream>(new LimitedStream(file, count ?? long.MaxValue));
                }
                catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException || Directory.Exists(path))
                {
                    throw new ObjectStoreException(ObjectStoreError.NotFound, $"There is no object {name} in the {Description}.", missing);
                }
            });
    }

    /// <inheritdoc/>
    public Task<ObjectInfo?> FindAsync(string name, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        return GuardedAsync($"look up {name}", () => Task.FromResult(InfoOf(name, new FileInfo(folder.PathOf(name)))));
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        return GuardedAsync(
            $"delete {name}",
            () =>
            {
                var path = folder.PathOf(name);
                if (File.Exists(path))
                {
                    File.Delete(path);
                    FlushIfThere(Path.GetDirectoryName(path)!);
                    folder.RemoveEmptyAbove(path);
                }

                return Task.FromResult(true);
            });
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ObjectName.CheckPrefix(prefix);
        var start = prefix[..(prefix.LastIndexOf('/') + 1)];
        using var entries = new FolderWalk(folder, prefix).From(start).GetEnumerator();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var next = await GuardedAsync("list", () => Task.FromResult(entries.MoveNext() ? entries.Current : null));
            if (next is null)
            {
                yield break;
            }

            yield return next;
        }
    }

    /// <inheritdoc/>
    public Task<string> BeginUploadAsync(string name, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        return GuardedAsync($"begin the upload of {name}", () => new LocalUploads(folder).BeginAsync(name));
    }

    /// <inheritdoc/>
    public Task PutPartAsync(string name, string upload, int number, Stream part, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        UploadLimits.CheckNumber(number);
        return GuardedAsync(
            $"write part {number} of {name}",
            async () =>
            {
                await new LocalUploads(folder).PutAsync(name, upload, number, part, cancellationToken);
                return true;
            });
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ObjectPart>> ListPartsAsync(string name, string upload, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        return GuardedAsync($"list the parts of {name}", () => Task.FromResult(new LocalUploads(folder).List(name, upload)));
    }

    /// <inheritdoc/>
    public Task<ObjectInfo> CompleteUploadAsync(string name, string upload, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        return GuardedAsync(
            $"write {name}",
            async () =>
            {
                var path = folder.PathOf(name);
                CheckNoFolder(name, path);
                await new LocalUploads(folder).CompleteAsync(name, upload, path, cancellationToken);
                return InfoOf(name, new FileInfo(path)) ?? throw Lost(name);
            });
    }

    /// <inheritdoc/>
    public Task AbortUploadAsync(string name, string upload, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        return GuardedAsync(
            $"drop the upload of {name}",
            () =>
            {
                new LocalUploads(folder).Abort(name, upload);
                return Task.FromResult(true);
            });
    }

    /// <inheritdoc/>
    public Task<int> SweepAsync(DateTimeOffset untouchedSince, CancellationToken cancellationToken = default) =>
        GuardedAsync("sweep", () => Task.FromResult(new LocalUploads(folder).Sweep(untouchedSince, cancellationToken)));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static ObjectInfo? InfoOf(string name, FileInfo file) =>
        file.Exists ? new ObjectInfo(name, file.Length, new DateTimeOffset(file.LastWriteTimeUtc)) : null;

    private static void FlushIfThere(string path)
    {
        try
        {
            FolderFlush.Flush(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Another delete has removed it, empty.
        }
    }

    private static void CheckNoFolder(string name, string path)
    {
        if (Directory.Exists(path))
        {
            throw new ObjectStoreException(ObjectStoreError.InvalidName, $"'{name}' is the folder of other objects: an object needs another name.");
        }
    }

    private ObjectStoreException Lost(string name) =>
        new(ObjectStoreError.Unavailable, $"{name} was written and is gone from the {Description}: another process deleted it at the same time.");

    /// <summary>File systems block; what calls may be a grain, or serve many.</summary>
    private Task<T> GuardedAsync<T>(string doing, Func<Task<T>> work) => Task.Run(async () =>
    {
        try
        {
            return await work();
        }
        catch (CallerStreamException ofCaller)
        {
            ofCaller.Rethrow();
            throw;
        }
        catch (Exception fault) when (LocalFaults.Is(fault))
        {
            throw LocalFaults.Translate(folder.Root, doing, fault);
        }
    });
}
