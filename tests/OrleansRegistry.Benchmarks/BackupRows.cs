using System.Diagnostics;
using OrleansRegistry.Backups;
using OrleansRegistry.Hosting;
using OrleansRegistry.Objects.Local;

namespace OrleansRegistry.Benchmarks;

/// <summary>What it costs to make a backup of a database and to prove it, beside sha256sum of the same database.</summary>
internal static class BackupRows
{
    private const int Agents = 200_000;
    private const int Rounds = 5;

    public static async IAsyncEnumerable<Row> RunAsync()
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("registry-benchmark-").FullName;
        try
        {
            await using (var host = await RegistryHost.StartAsync(StorageType.Sqlite, folder: folder))
            {
                await host.FillAsync(Agents);
            }

            var options = new RegistryOptions { StorageType = StorageType.Sqlite, DataDirectory = folder, CheckDataOnStartup = false };
            await using var store = RegistryStores.Create(options);
            await store.OpenAsync(CancellationToken.None);
            await using var place = new LocalObjectStore(folder);
            var name = "";
            var (make, hash) = await InTurnAsync(
                async () => name = (await StoreBackups.MakeAsync(options, store, place)).Name, () => HashAsync(folder));
            var backup = (await StoreBackups.ListAsync(place)).First(backup => backup.Name == name);
            var megabytes = backup.UnpackedSize / 1e6;
            yield return new Row(
                $"SQLite: a backup made of {megabytes:N0} MB, {backup.Size / 1e6:N0} MB packed, while nobody writes",
                Rate(megabytes, make),
                $"sha256sum of the database: {Rate(megabytes, hash)}",
                hash / make,
                "none set",
                true);
            var (verify, reference) = await InTurnAsync(
                async () =>
                {
                    if (!(await StoreBackups.VerifyAsync(options, place, name)).IsGood)
                    {
                        throw new InvalidOperationException("The backup is damaged.");
                    }
                },
                () => HashAsync(folder));
            yield return new Row(
                $"SQLite: registry verify of that backup",
                Rate(megabytes, verify),
                $"sha256sum of the database: {Rate(megabytes, reference)}",
                reference / verify,
                "0.5",
                reference / verify >= 0.5);
        }
        finally
        {
            System.IO.Directory.Delete(folder, recursive: true);
        }
    }

    private static string Rate(double megabytes, double seconds) => $"{megabytes / seconds:N0} MB/s";

    /// <summary>Medians, in seconds; the first round of each is not counted.</summary>
    private static async Task<(double Subject, double Reference)> InTurnAsync(Func<Task> subject, Func<Task> reference)
    {
        List<double> subjects = [], references = [];
        for (var round = 0; round <= Rounds; round++)
        {
            var one = await SecondsAsync(subject);
            var other = await SecondsAsync(reference);
            if (round > 0)
            {
                subjects.Add(one);
                references.Add(other);
            }
        }

        return (subjects.Order().ElementAt(Rounds / 2), references.Order().ElementAt(Rounds / 2));
    }

    private static async Task<double> SecondsAsync(Func<Task> work)
    {
        var started = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task HashAsync(string folder)
    {
        var start = new ProcessStartInfo("sha256sum", [Path.Combine(folder, "registry.db")])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
    }
}
