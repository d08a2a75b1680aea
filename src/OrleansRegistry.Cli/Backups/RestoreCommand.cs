using System.CommandLine;
using OrleansRegistry.Backups;

namespace OrleansRegistry.Cli.Backups;

internal sealed class RestoreCommand : RegistryCommand
{
    private readonly Option<string?> from = BackupPlaces.Option("--from");
    private readonly Option<bool> replace = new("--replace")
    {
        Description = "Goes on where the store is not empty: a database in a folder is kept under another name; in PostgreSQL, records take the "
            + "place of those with the same ids.",
    };

    public RestoreCommand()
        : base(
            "restore",
            "Puts a backup into a store, which must be empty, once all of the backup was read and found to be right.",
            "registry restore --from ./backups --store ./new",
            "registry restore 20261128T020000Z-1f2e3d4c --store env --replace",
            "registry restore --from ./old --store postgresql://registry:secret@db/registry    # a copy of SQLite too")
    {
        Add(BackupPlaces.Name);
        Add(from);
        Add(replace);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        using var loggers = Loggers.Create(call);
        var restored = await BackupPlaces.UseAsync(call, from, async (options, objects) =>
        {
            var own = await BackupPlaces.VisitorAsync(call, StoreUse.MayCreate, options);
            var name = await BackupPlaces.NameAsync(call, objects);
            var request = new BackupRestore { Replace = call.Get(replace) };
            return await call.WithProgressAsync(
                "restoring",
                meter => StoreBackups.RestoreAsync(own, objects, name, request, BackupPlaces.Reports(meter), loggers, call.Cancellation));
        });
        if (call.IsJson)
        {
            call.Answer.Document(json =>
            {
                BackupPlaces.Write(json, restored.Backup);
                json.WriteString("kept", restored.Kept);
                if (restored.Import is { } import)
                {
                    json.WriteNumber("created", import.Created);
                    json.WriteNumber("replaced", import.Replaced);
                    json.WriteNumber("same", import.Same);
                }
            });
            return ExitCode.Done;
        }

        call.Answer.Line($"restored {restored.Backup.Name}: {restored.Backup.Counts.GetValueOrDefault("agents")} agents, "
            + $"{restored.Backup.Counts.GetValueOrDefault("tasks")} tasks, revision {restored.Backup.Revision}");
        if (restored.Kept is { } kept)
        {
            call.Terminal.WriteNote($"What was there before is {kept} in the folder now.");
        }

        return ExitCode.Done;
    }
}
