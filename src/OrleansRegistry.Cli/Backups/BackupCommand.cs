using System.CommandLine;
using OrleansRegistry.Backups;
using OrleansRegistry.Hosting;

namespace OrleansRegistry.Cli.Backups;

internal sealed class BackupCommand : RegistryCommand
{
    private readonly Option<string?> to = BackupPlaces.Option("--to");

    public BackupCommand()
        : base(
            "backup",
            "Makes a backup of all that a registry holds, and removes those that its settings no longer keep.",
            "registry backup                                 # the registry makes it, in its own place",
            "registry backup --store env                     # straight on PostgreSQL, also while servers use it",
            "registry backup --store ./data --to ./backups   # also beside its server")
    {
        Add(to);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        if (!BackupPlaces.IsOverHttp(call, to))
        {
            await MakeAsync(call);
            return ExitCode.Done;
        }

        var api = (await call.ConnectAsync()).Api;
        using var answer = await call.WithProgressAsync("making a backup", async _ =>
        {
            // However long it takes.
            using var request = RegistryApi.Request(HttpMethod.Post, "backups");
            using var response = await api.OpenAsync(request, call.Cancellation);
            return await api.ReadAsync(response, call.Cancellation);
        });
        if (call.IsJson)
        {
            call.Answer.Document(answer.Json);
        }
        else
        {
            Tell(
                call,
                answer.Json.Text("name"),
                answer.Json.Number("size"),
                answer.Json.Number("revision"),
                answer.Json.Number("unreadable"));
        }

        return ExitCode.Done;
    }

    private async Task MakeAsync(CommandCall call)
    {
        using var loggers = Loggers.Create(call);
        var backup = await BackupPlaces.UseAsync(call, to, async (options, objects) =>
        {
            var own = await BackupPlaces.VisitorAsync(call, StoreUse.Existing, options);
            await using var store = RegistryStores.Create(own, loggers, readOnly: true);
            await store.OpenAsync(call.Cancellation);
            return await call.WithProgressAsync(
                "making a backup",
                meter => StoreBackups.MakeAsync(own, store, objects, BackupPlaces.Reports(meter), loggers, call.Cancellation));
        });
        if (call.IsJson)
        {
            call.Answer.Document(json => BackupPlaces.Write(json, backup));
        }
        else
        {
            Tell(call, backup.Name, backup.Size, backup.Revision, backup.Unreadable);
        }
    }

    private static void Tell(CommandCall call, string? name, long size, long revision, long unreadable)
    {
        call.Answer.Line($"made {name}, {BackupPlaces.Size(size)}, at revision {revision}");
        if (unreadable > 0)
        {
            call.Terminal.WriteNote($"It lacks {unreadable} records that cannot be read: 'registry export' names them.");
        }
    }
}
