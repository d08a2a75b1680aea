using OrleansRegistry.Objects;

namespace OrleansRegistry.Backups;

/// <summary>What lies in the place of backups under one name.</summary>
/// <param name="Objects">All of it, also what no manifest names.</param>
/// <param name="Manifest">Null where there is none, or it cannot be read.</param>
/// <param name="Fault">Why it is of no use, as far as lists show; null where it seems good.</param>
internal sealed record BackupSet(
    string Name, DateTimeOffset BegunAt, IReadOnlyList<ObjectInfo> Objects, BackupManifest? Manifest, string? Fault)
{
    public string Folder => BackupCatalog.FolderOf(Name);

    /// <summary>Its manifest is there, whatever it says: somebody completed it once.</summary>
    public bool IsCompleted => Objects.Any(found => found.Name == Folder + BackupManifest.FileName);

    public bool IsGood => Manifest is not null && Fault is null;

    /// <summary>It may be good, and cannot be judged here: a newer version made it, or its key is not set.</summary>
    public bool IsUnknown { get; init; }

    public BackupRecord Record =>
        (Manifest?.Backup ?? new BackupRecord(Name, BegunAt) { Size = Objects.Sum(found => found.Size) }) with { Fault = Fault };
}

/// <summary>The place of backups: what is there, by name.</summary>
/// <param name="objects">Opened with the first use.</param>
internal sealed class BackupCatalog(Lazy<IObjectStore> objects)
{
    private const string Root = "backups/";
    private const int MaxManifestBytes = 16 * 1024 * 1024;
    private const int ReadAtOnce = 8;

    public IObjectStore Objects => Guard(() => objects.Value);

    public static string FolderOf(string name) => $"{Root}{name}/";

    /// <summary>All backups, and what is left of those that were never completed; newest first.</summary>
    /// <exception cref="RegistryException">The place cannot be used.</exception>
    public Task<IReadOnlyList<BackupSet>> ListAsync(CancellationToken cancellationToken) => ListAsync(Root, cancellationToken);

    /// <summary>The backup of a name, or what is left of it; null where there is nothing.</summary>
    /// <exception cref="RegistryException">The place cannot be used.</exception>
    public async Task<BackupSet?> FindAsync(string name, CancellationToken cancellationToken) =>
        BackupName.TimeOf(name) is not null && await ListAsync(FolderOf(name), cancellationToken) is [var found] ? found : null;

    /// <summary>A backup that is there and that this version can read.</summary>
    /// <exception cref="RegistryException">It is not, or the place cannot be used.</exception>
    public async Task<BackupSet> ReadableAsync(string name, CancellationToken cancellationToken)
    {
        var found = await FindAsync(name, cancellationToken);
        if (found is not { IsCompleted: true })
        {
            throw BackupFaults.NotFound(name);
        }

        if (found.Manifest is { Backup.IsNewer: true })
        {
            throw new RegistryException(RegistryError.NotSupported, $"The backup {name} cannot be read here: {found.Fault}. Use that version.");
        }

        return found.IsUnknown ? throw new RegistryException(RegistryError.Unavailable, $"The backup {name} cannot be read: {found.Fault}.") : found;
    }

    public Task PutManifestAsync(BackupManifest manifest, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        using var bytes = new MemoryStream(manifest.Write());
        await Objects.PutAsync(FolderOf(manifest.Backup.Name) + BackupManifest.FileName, bytes, cancellationToken);
        return true;
    });

    /// <summary>Removes a backup, the manifest first: what is cut short leaves none that looks whole.</summary>
    public Task RemoveAsync(BackupSet backup, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        await Objects.DeleteAsync(backup.Folder + BackupManifest.FileName, cancellationToken);
        foreach (var found in backup.Objects)
        {
            await Objects.DeleteAsync(found.Name, cancellationToken);
        }

        return true;
    });

    /// <summary>Drops uploads that nobody has written to since then.</summary>
    public Task SweepUploadsAsync(DateTimeOffset untouchedSince, CancellationToken cancellationToken) =>
        GuardAsync(() => Objects.SweepAsync(untouchedSince, cancellationToken));

    /// <exception cref="RegistryException">What the place throws.</exception>
    public static async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (ObjectStoreException fault)
        {
            throw BackupFaults.Translate(fault);
        }
    }

    private static T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (ObjectStoreException fault)
        {
            throw BackupFaults.Translate(fault);
        }
    }

    private Task<IReadOnlyList<BackupSet>> ListAsync(string prefix, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        var found = new Dictionary<string, List<ObjectInfo>>(StringComparer.Ordinal);
        await foreach (var info in Objects.ListAsync(prefix, cancellationToken))
        {
            var rest = info.Name[Root.Length..];
            var slash = rest.IndexOf('/');
            if (slash > 0 && BackupName.TimeOf(rest[..slash]) is not null)
            {
                (found.TryGetValue(rest[..slash], out var known) ? known : found[rest[..slash]] = []).Add(info);
            }
        }

        var sets = new BackupSet[found.Count];
        await Parallel.ForEachAsync(
            found.OrderByDescending(set => set.Key, StringComparer.Ordinal).Index(),
            new ParallelOptions { MaxDegreeOfParallelism = ReadAtOnce, CancellationToken = cancellationToken },
            async (set, token) => sets[set.Index] = await ReadAsync(set.Item.Key, set.Item.Value, token));
        return (IReadOnlyList<BackupSet>)sets;
    });

    private async Task<BackupSet> ReadAsync(string name, List<ObjectInfo> found, CancellationToken cancellationToken)
    {
        var folder = FolderOf(name);
        var set = new BackupSet(name, BackupName.TimeOf(name)!.Value, found, null, "it was never completed");
        if (!set.IsCompleted)
        {
            return set;
        }

        try
        {
            var bytes = await ReadManifestAsync(folder, cancellationToken);
            var manifest = BackupManifest.Read(name, set.BegunAt, bytes);
            return set with
            {
                Manifest = manifest,
                Fault = manifest.Backup.Fault ?? FaultOf(manifest, folder, found),
                IsUnknown = manifest.Backup.IsNewer,
            };
        }
        catch (InvalidDataException fault)
        {
            return set with { Fault = $"its manifest is damaged: {fault.Message}" };
        }
        catch (ObjectStoreException fault) when (fault.Error is ObjectStoreError.Damaged)
        {
            return set with { Fault = "its manifest was changed or cut off: it cannot be decrypted" };
        }
        catch (ObjectStoreException fault) when (fault.Error is ObjectStoreError.Configuration)
        {
            return set with { Fault = "the key that encrypts it is not the one that is set; the registry's log says more", IsUnknown = true };
        }
        catch (ObjectStoreException fault) when (fault.Error is ObjectStoreError.NotFound)
        {
            // Removed since it was listed.
            return set with { Objects = [.. found.Where(info => info.Name != folder + BackupManifest.FileName)] };
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadManifestAsync(string folder, CancellationToken cancellationToken)
    {
        await using var stored = await Objects.OpenAsync(folder + BackupManifest.FileName, cancellationToken: cancellationToken);
        using var bytes = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await stored.ReadAsync(buffer, cancellationToken)) > 0)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > MaxManifestBytes)
            {
                throw new InvalidDataException($"it is longer than {MaxManifestBytes} bytes");
            }
        }

        return bytes.ToArray();
    }

    private static string? FaultOf(BackupManifest manifest, string folder, List<ObjectInfo> found)
    {
        foreach (var part in manifest.Backup.Parts)
        {
            if (found.Find(info => info.Name == folder + part.Name) is not { } stored)
            {
                return $"part {part.Name} is missing";
            }

            if (stored.Size != part.Size)
            {
                return $"part {part.Name} has {stored.Size} bytes, and should have {part.Size}: it was changed or cut off";
            }
        }

        return null;
    }
}
