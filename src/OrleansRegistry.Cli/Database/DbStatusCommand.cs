using OrleansRegistry.Storage;
using Spectre.Console;

namespace OrleansRegistry.Cli.Database;

internal sealed class DbStatusCommand() : DbCommand(
    "status",
    "Shows the migrations of a store, and which were applied when.",
    "registry db status                    # of the store that the environment names, as the server's settings do",
    "registry db status --store ./data --json")
{
    protected override async Task RunAsync(CommandCall call, IMigrations registry, IMigrations? clustering)
    {
        (string Prefix, MigrationStatus Status)[] all =
        [
            .. (await registry.StatusAsync(call.Cancellation)).Select(status => ("", status)),
            .. (clustering is null ? [] : await clustering.StatusAsync(call.Cancellation)).Select(status => ("clustering/", status)),
        ];
        if (call.IsJson)
        {
            Write(call.Answer, all);
            return;
        }

        var table = new TextTable("MIGRATION", "APPLIED");
        foreach (var (prefix, status) in all)
        {
            var applied = status.AppliedAt is { } at ? new Cell(Times.Short(at)) : Cell.Of("pending", Color.Yellow);
            table.Add($"{prefix}{status.Number:0000} {status.Name}", applied);
        }

        call.Answer.Table(table);
    }

    private static void Write(Answer answer, (string Prefix, MigrationStatus Status)[] all)
    {
        var list = answer.List("migrations");
        foreach (var (prefix, status) in all)
        {
            list.Add(json =>
            {
                json.WriteString("name", $"{prefix}{status.Number:0000}_{status.Name}");
                if (status.AppliedAt is { } at)
                {
                    json.WriteString("applied_at", at.UtcDateTime);
                }
                else
                {
                    json.WriteNull("applied_at");
                }
            });
        }

        list.End(json => json.WriteNumber("pending", all.Count(migration => migration.Status.AppliedAt is null)));
    }
}
