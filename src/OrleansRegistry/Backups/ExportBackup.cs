using System.IO.Pipelines;

namespace OrleansRegistry.Backups;

/// <summary>Backups that are an export.</summary>
internal static class ExportBackup
{
    /// <summary>Exports, and stores the export while it comes.</summary>
    public static async Task<BackupManifest> WriteAsync(
        IRegistryTransfer transfer,
        BackupRecord begun,
        BackupParts parts,
        BackupOptions options,
        IProgress<BackupProgress>? progress,
        CancellationToken cancellationToken)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pipe = new Pipe();
        var exporting = ExportAsync(transfer, pipe.Writer, giveUp.Token);
        await using var content = pipe.Reader.AsStream();
        var written = new List<BackupPart>();
        try
        {
            while (true)
            {
                var name = $"export.jsonl.{written.Count + 1:D4}.gz";
                if (await parts.PutAsync(name, content.ReadAsync, options.PartBytes, cancellationToken) is not { } part)
                {
                    break;
                }

                written.Add(part);
                progress?.Report(new BackupProgress(written.Sum(known => known.UnpackedSize), null));
            }
        }
        catch
        {
            await giveUp.CancelAsync();
            await pipe.Reader.CompleteAsync();
            await ((Task)exporting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        var summary = await exporting;
        var backup = begun with
        {
            Form = BackupForm.Export,
            Revision = summary.Revision,
            Counts = summary.Counts,
            Unreadable = summary.UnreadableCount,
            Parts = written,
        };
        return new BackupManifest(backup, 0, summary.Sha256);
    }

    /// <summary>Reads the export of a backup to its end, and checks all of it.</summary>
    /// <returns>What is wrong.</returns>
    public static async Task<IReadOnlyList<string>> CheckAsync(
        BackupManifest manifest, BackupParts parts, IProgress<BackupProgress>? progress, CancellationToken cancellationToken)
    {
        using var check = new ExportCheck();
        var faults = new List<string>();
        var done = 0L;
        foreach (var part in manifest.Backup.Parts)
        {
            try
            {
                await parts.ReadAsync(part, TakeAsync, cancellationToken);
            }
            catch (InvalidDataException fault)
            {
                faults.Add(fault.Message);
            }

            done += part.UnpackedSize;
            progress?.Report(new BackupProgress(done, manifest.Backup.UnpackedSize));
        }

        return faults.Count > 0 ? faults : check.FaultsOf(manifest);

        ValueTask TakeAsync(ReadOnlyMemory<byte> content)
        {
            check.Append(content.Span);
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Writes the export of a backup, one gzip after the other unpacked.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static async Task CopyToAsync(
        BackupManifest manifest, BackupParts parts, Stream output, IProgress<BackupProgress>? progress, CancellationToken cancellationToken)
    {
        var done = 0L;
        foreach (var part in manifest.Backup.Parts)
        {
            await parts.ReadAsync(part, content => output.WriteAsync(content, cancellationToken), cancellationToken);
            done += part.UnpackedSize;
            progress?.Report(new BackupProgress(done, manifest.Backup.UnpackedSize));
        }
    }

    private static async Task<ExportSummary> ExportAsync(IRegistryTransfer transfer, PipeWriter output, CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            var summary = await transfer.ExportAsync(new ExportRequest(), output.AsStream(leaveOpen: true), progress: null, cancellationToken);
            await output.CompleteAsync();
            return summary;
        }
        catch (Exception fault)
        {
            await output.CompleteAsync(fault);
            throw;
        }
    }
}
