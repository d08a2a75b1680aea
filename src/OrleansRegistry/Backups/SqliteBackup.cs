using OrleansRegistry.Storage.Sqlite;

namespace OrleansRegistry.Backups;

/// <summary>Backups that are a copy of an SQLite database.</summary>
internal static class SqliteBackup
{
    private const int AtOnce = 4;

    /// <summary>What copies are asked for: all that an export would tell, and the pages.</summary>
    private static RecordKind[] Kinds { get; } = [.. TransferKind.All.Select(kind => kind.Kind), PageKind.Kind];

    private static int Degree => Math.Clamp(Environment.ProcessorCount, 1, AtOnce);

    /// <summary>Copies the database, and stores the copy.</summary>
    public static async Task<BackupManifest> WriteAsync(
        IOnlineBackup store,
        BackupRecord begun,
        BackupParts parts,
        BackupOptions options,
        IProgress<BackupProgress>? progress,
        CancellationToken cancellationToken)
    {
        using var copy = TemporaryCopy.Create(options);
        await store.CopyToAsync(copy.Path, cancellationToken);
        var contents = await Task.Run(() => SqliteCopy.Read(copy.Path, Kinds), cancellationToken);
        using var file = File.OpenHandle(copy.Path, options: FileOptions.Asynchronous);
        var length = RandomAccess.GetLength(file);
        var written = new BackupPart[(length + options.PartBytes - 1) / options.PartBytes];
        var done = 0L;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, written.Length),
            new ParallelOptions { MaxDegreeOfParallelism = Degree, CancellationToken = cancellationToken },
            async (number, token) =>
            {
                var offset = (long)number * options.PartBytes;
                var name = $"{SqliteDatabase.FileName}.{number + 1:D4}.gz";
                written[number] = (await parts.PutAsync(name, ReadAsync, options.PartBytes, token))!;
                progress?.Report(new BackupProgress(Interlocked.Add(ref done, written[number].UnpackedSize), length));

                async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken readToken)
                {
                    var read = await RandomAccess.ReadAsync(file, buffer, offset, readToken);
                    offset += read;
                    return read;
                }
            });
        var backup = begun with
        {
            Form = BackupForm.Sqlite,
            Revision = RevisionOf(contents),
            Counts = CountsOf(contents),
            Parts = written,
        };
        return new BackupManifest(backup, contents.Schema, null);
    }

    /// <summary>Writes the database of a backup into a file, and checks all of it.</summary>
    /// <param name="path">A new file, or an empty one.</param>
    /// <returns>What is wrong; where something is, the file is of no use.</returns>
    /// <exception cref="RegistryException">The file cannot be written, or the backup not be read.</exception>
    public static async Task<IReadOnlyList<string>> ReadAsync(
        BackupManifest manifest, BackupParts parts, string path, IProgress<BackupProgress>? progress, CancellationToken cancellationToken)
    {
        var faults = new System.Collections.Concurrent.ConcurrentQueue<string>();
        try
        {
            using var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, FileOptions.Asynchronous);
            var offsets = Offsets(manifest.Backup.Parts);
            var done = 0L;
            await Parallel.ForEachAsync(
                manifest.Backup.Parts.Index(),
                new ParallelOptions { MaxDegreeOfParallelism = Degree, CancellationToken = cancellationToken },
                async (part, token) =>
                {
                    var offset = offsets[part.Index];
                    try
                    {
                        await parts.ReadAsync(part.Item, TakeAsync, token);
                    }
                    catch (InvalidDataException fault)
                    {
                        faults.Enqueue(fault.Message);
                    }

                    progress?.Report(new BackupProgress(Interlocked.Add(ref done, part.Item.UnpackedSize), manifest.Backup.UnpackedSize));

                    ValueTask TakeAsync(ReadOnlyMemory<byte> content)
                    {
                        RandomAccess.Write(file, content.Span, offset);
                        offset += content.Length;
                        return ValueTask.CompletedTask;
                    }
                });
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw BackupFaults.NoTemporaryFile(fault);
        }

        return faults.IsEmpty ? await Task.Run(() => Check(manifest, path), cancellationToken) : [.. faults.Order(StringComparer.Ordinal)];
    }

    private static List<string> Check(BackupManifest manifest, string path)
    {
        try
        {
            SqliteCopy.Check(path);
            var contents = SqliteCopy.Read(path, Kinds);
            var faults = new List<string>();
            if (contents.Schema != manifest.Schema || RevisionOf(contents) != manifest.Backup.Revision)
            {
                faults.Add(
                    $"the database has migration {contents.Schema} and revision {RevisionOf(contents)}, and the manifest says {manifest.Schema} and "
                    + $"{manifest.Backup.Revision}");
            }

            faults.AddRange(DifferencesOf(CountsOf(contents), manifest.Backup.Counts));
            return faults;
        }
        catch (InvalidDataException fault)
        {
            return [$"the database: {fault.Message}"];
        }
    }

    /// <summary>Where counts are not those of the manifest.</summary>
    public static IEnumerable<string> DifferencesOf(IReadOnlyDictionary<string, long> found, IReadOnlyDictionary<string, long> told) =>
        from kind in found.Keys.Union(told.Keys).Order(StringComparer.Ordinal)
        let there = found.GetValueOrDefault(kind)
        let said = told.GetValueOrDefault(kind)
        where there != said
        select $"it has {there} {kind}, and the manifest says {said}";

    private static long RevisionOf(SqliteCopyContents contents) => contents.Revisions.GetValueOrDefault(AgentKind.Kind.Name);

    private static Dictionary<string, long> CountsOf(SqliteCopyContents contents) => contents.Counts.ToDictionary(
        count => TransferKind.All.FirstOrDefault(kind => kind.Kind.Name == count.Key)?.Plural ?? TransferKind.Pages,
        count => count.Value,
        StringComparer.Ordinal);

    private static long[] Offsets(IReadOnlyList<BackupPart> parts)
    {
        var offsets = new long[parts.Count];
        for (var i = 1; i < offsets.Length; i++)
        {
            offsets[i] = offsets[i - 1] + parts[i - 1].UnpackedSize;
        }

        return offsets;
    }
}
