using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Backups;

/// <summary>Removes backups that the retention does not keep, and what is left of those that were never completed.</summary>
internal sealed partial class BackupPruning(
    BackupCatalog catalog, RegistryOptions options, [RegistryTime] TimeProvider time, ILogger<BackupPruning> log)
{
    /// <summary>Where nothing was written for so long, nobody is at it any more.</summary>
    public static TimeSpan Grace { get; } = TimeSpan.FromHours(6);

    /// <returns>The names of the backups that were removed.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken)
    {
        var found = await catalog.ListAsync(cancellationToken);
        var passed = BackupRetention.Passed(found.Where(backup => backup.IsCompleted), options.Backups);
        foreach (var backup in passed)
        {
            await catalog.RemoveAsync(backup, cancellationToken);
            LogRemoved(backup.Name);
        }

        var before = time.GetUtcNow() - Grace;
        foreach (var rest in found.Where(backup => !backup.IsCompleted && backup.Objects.All(part => part.ChangedAt < before)))
        {
            await catalog.RemoveAsync(rest, cancellationToken);
            LogSwept(rest.Name);
        }

        await catalog.SweepUploadsAsync(before, cancellationToken);
        return [.. passed.Select(backup => backup.Name)];
    }

    [LoggerMessage(LogLevel.Information, "Removed the backup {Name}: the retention does not keep it.")]
    private partial void LogRemoved(string name);

    [LoggerMessage(LogLevel.Information, "Removed what was left of the backup {Name}, which was never completed.")]
    private partial void LogSwept(string name);
}
