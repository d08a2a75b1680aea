using System.CommandLine;
using System.Text.Json;
using OrleansRegistry.Backups;
using Spectre.Console;

namespace OrleansRegistry.Cli.Backups;

internal sealed class BackupListCommand : RegistryCommand
{
    private readonly Option<string?> from = BackupPlaces.Option("--from");

    public BackupListCommand()
        : base(
            "backups",
            "Lists the backups, newest first, with those that are damaged. Their content is not read: 'registry verify' does that.",
            "registry backups",
            "registry backups --from ./backups --json")
    {
        Add(from);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var table = new TextTable("NAME", "FORM", "SIZE", "REVISION", "AGENTS", "TASKS", "");
        if (BackupPlaces.IsOverHttp(call, from))
        {
            using var answer = await (await call.ConnectAsync()).Api.GetAsync("backups", call.Cancellation);
            Print(call, answer.Json, table);
            return ExitCode.Done;
        }

        var all = await BackupPlaces.UseAsync(call, from, (_, objects) => StoreBackups.ListAsync(objects, call.Cancellation));
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteStartArray("backups");
            foreach (var backup in all)
            {
                json.WriteStartObject();
                BackupPlaces.Write(json, backup);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        using var document = JsonDocument.Parse(bytes.ToArray());
        Print(call, document.RootElement, table);
        return ExitCode.Done;
    }

    private static void Print(CommandCall call, JsonElement list, TextTable table)
    {
        if (call.IsJson)
        {
            call.Answer.Document(list);
            return;
        }

        foreach (var backup in list.Entries("backups"))
        {
            var counts = backup.Find("counts") ?? default;
            var fault = backup.Text("fault");
            table.Add(
                backup.Text("name"),
                backup.Text("form"),
                BackupPlaces.Size(backup.Number("size")),
                backup.Number("revision"),
                counts.Number("agents"),
                counts.Number("tasks"),
                fault is null ? "" : Cell.Of(fault, Color.Red));
        }

        call.Answer.Table(table);
    }
}
