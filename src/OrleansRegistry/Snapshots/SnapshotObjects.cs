using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Objects;

namespace OrleansRegistry.Snapshots;

/// <summary>
/// The files of snapshots in their object store. Names begin with the registry's own mark, so that registries that share a store leave each other's
/// files alone.
/// </summary>
/// <param name="store">Opened at the first use.</param>
internal sealed partial class SnapshotObjects(Lazy<IObjectStore> store, SnapshotIndex index, ILogger<SnapshotObjects> log)
{
    private const string Ending = ".json.gz";
    private const int MaxNamePart = 80;
    private const int IdLength = 32;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>A new name, for people too: <c>snapshots-…/tenant/agent/session_7_20260131_120000_&lt;id&gt;.json.gz</c>.</summary>
    public async Task<(string Name, string Id)> NewNameAsync(
        string tenant, SnapshotMetadata metadata, DateTimeOffset takenAt, CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid().ToString("N");
        var time = takenAt.UtcDateTime.ToString("yyyyMMdd_HHmmss", CultureInfo.InvariantCulture);
        var file = string.Create(CultureInfo.InvariantCulture, $"{Part(metadata.SessionId)}_{metadata.Index}_{time}_{id}{Ending}");
        return ($"{await FolderAsync(cancellationToken)}{Part(tenant)}/{Part(metadata.AgentId)}/{file}", id);
    }

    /// <summary>What the names of all files begin with.</summary>
    public async ValueTask<string> FolderAsync(CancellationToken cancellationToken) => $"snapshots-{await index.GetMarkAsync(cancellationToken)}/";

    /// <summary>What the names of all uploads begin with.</summary>
    public async ValueTask<string> UploadFolderAsync(CancellationToken cancellationToken) =>
        $"snapshot-uploads-{await index.GetMarkAsync(cancellationToken)}/";

    /// <summary>The id at the end of a name that <see cref="NewNameAsync"/> made; null for any other.</summary>
    public static string? IdOf(string name)
    {
        if (!name.EndsWith(Ending, StringComparison.Ordinal) || name.Length < Ending.Length + IdLength + 1)
        {
            return null;
        }

        var id = name[^(Ending.Length + IdLength)..^Ending.Length];
        return name[^(Ending.Length + IdLength + 1)] == '_' && id.All(char.IsAsciiHexDigitLower) ? id : null;
    }

    /// <summary>Stores a file and reads it back: what is then in the store is what was put there.</summary>
    /// <returns>Its size and SHA-256.</returns>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unavailable"/>: the store does not give back what it was given.</exception>
    public async Task<(long Bytes, string Hash)> PutAsync(string name, SnapshotFileStream file, CancellationToken cancellationToken)
    {
        await CallAsync("store a snapshot", opened => opened.PutAsync(name, file, cancellationToken));
        var hash = file.Hash();
        byte[] found;
        await using (var back = await OpenAsync(name, cancellationToken))
        {
            found = await SHA256.HashDataAsync(back, cancellationToken);
        }

        if (Convert.ToHexStringLower(found) != hash)
        {
            LogNotStored(name, store.Value.Description);
            await TryDeleteAsync(name);
            throw new RegistryException(
                RegistryError.Unavailable,
                "The store of snapshots gave back something else than it was given. Nothing was saved; try again, and have the store looked after.");
        }

        return (file.Total, hash);
    }

    /// <exception cref="RegistryException"><see cref="RegistryError.NotFound"/>: there is no such file.</exception>
    public Task<Stream> OpenAsync(string name, CancellationToken cancellationToken) =>
        CallAsync("read a snapshot", opened => opened.OpenAsync(name, cancellationToken: cancellationToken));

    public Task<ObjectInfo?> FindAsync(string name, CancellationToken cancellationToken) =>
        CallAsync("look for a snapshot", opened => opened.FindAsync(name, cancellationToken));

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => CallAsync("delete a snapshot", async opened =>
    {
        await opened.DeleteAsync(name, cancellationToken);
        return true;
    });

    /// <summary>Deletes a file that no record names any more. Where that fails, the sweep does it.</summary>
    public async Task TryDeleteAsync(string name)
    {
        try
        {
            await store.Value.DeleteAsync(name);
        }
        catch (Exception fault) when (fault is ObjectStoreException or IOException)
        {
            LogNotDeleted(fault, name, store.Value.Description);
        }
    }

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken) =>
        store.Value.ListAsync(prefix, cancellationToken);

    /// <summary>Drops what the store itself has of uploads that nobody knows.</summary>
    public Task SweepAsync(DateTimeOffset untouchedSince, CancellationToken cancellationToken) =>
        store.Value.SweepAsync(untouchedSince, cancellationToken);

    public Task<string> BeginUploadAsync(string name, CancellationToken cancellationToken) =>
        CallAsync("begin an upload", opened => opened.BeginUploadAsync(name, cancellationToken));

    public Task PutPartAsync(string name, string upload, int number, Stream part, CancellationToken cancellationToken) =>
        CallAsync("store a part of a snapshot", async opened =>
        {
            await opened.PutPartAsync(name, upload, number, part, cancellationToken);
            return true;
        });

    public Task<IReadOnlyList<ObjectPart>> ListPartsAsync(string name, string upload, CancellationToken cancellationToken) =>
        CallAsync("list the parts of a snapshot", opened => opened.ListPartsAsync(name, upload, cancellationToken));

    public Task CompleteUploadAsync(string name, string upload, CancellationToken cancellationToken) =>
        CallAsync("join the parts of a snapshot", opened => opened.CompleteUploadAsync(name, upload, cancellationToken));

    /// <summary>Drops the parts, and what they were joined to.</summary>
    public Task AbortUploadAsync(string name, string upload, CancellationToken cancellationToken) =>
        CallAsync("drop an upload", async opened =>
        {
            await opened.AbortUploadAsync(name, upload, cancellationToken);
            await opened.DeleteAsync(name, cancellationToken);
            return true;
        });

    /// <summary>What callers are told names no host, bucket or folder; the log has it.</summary>
    private async Task<T> CallAsync<T>(string what, Func<IObjectStore, Task<T>> call)
    {
        try
        {
            return await call(store.Value);
        }
        catch (ObjectStoreException fault)
        {
            throw Refusal(what, fault);
        }
    }

    private RegistryException Refusal(string what, ObjectStoreException fault)
    {
        switch (fault.Error)
        {
            case ObjectStoreError.NotFound:
                return new RegistryException(
                    RegistryError.NotFound, "The store of snapshots has no such file, or no such upload.", innerException: fault);
            case ObjectStoreError.InvalidUpload:
                return new RegistryException(
                    RegistryError.Invalid,
                    $"part: has {UploadLimits.MinPartBytes:N0} bytes at least, unless it is the last, and {UploadLimits.MaxPartBytes:N0} at most",
                    "part",
                    fault);
            case ObjectStoreError.TooLarge:
                return new RegistryException(
                    RegistryError.TooLarge, "The file of the snapshot is larger than the store of snapshots takes.", innerException: fault);
            case ObjectStoreError.Full:
                LogFailed(fault, what);
                return new RegistryException(
                    RegistryError.StorageFull, "The store of snapshots has no room left. Nothing was saved.", innerException: fault);
            default:
                LogFailed(fault, what);
                return new RegistryException(
                    RegistryError.Unavailable, $"The store of snapshots cannot {what} now; the registry's log says why.", innerException: fault)
                {
                    RetryAfter = RetryAfter,
                };
        }
    }

    /// <summary>A name as a segment of an object's name: what that cannot hold is written <c>=2F</c>, as in quoted-printable.</summary>
    private static string Part(string text)
    {
        var part = new StringBuilder();
        foreach (var character in Encoding.UTF8.GetBytes(text))
        {
            var isPlain = char.IsAsciiLetterOrDigit((char)character) || character is (byte)'-' or (byte)'_'
                || (character == '.' && part.Length > 0);
            part.Append(isPlain ? $"{(char)character}" : $"={character:X2}");
            if (part.Length >= MaxNamePart)
            {
                break;
            }
        }

        return part.ToString();
    }

    [LoggerMessage(LogLevel.Warning, "The store of snapshots could not {What}.")]
    private partial void LogFailed(Exception fault, string what);

    [LoggerMessage(LogLevel.Error, "{Name} was put into the {Store}, which gives back something else. The snapshot was not saved.")]
    private partial void LogNotStored(string name, string store);

    [LoggerMessage(LogLevel.Warning, "{Name} is no longer needed, but could not be deleted from the {Store}; the sweep tries again.")]
    private partial void LogNotDeleted(Exception fault, string name, string store);
}
