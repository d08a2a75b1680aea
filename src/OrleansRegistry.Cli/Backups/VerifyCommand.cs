using System.CommandLine;
using OrleansRegistry.Backups;
using OrleansRegistry.Cli.Trust;

namespace OrleansRegistry.Cli.Backups;

internal sealed class VerifyCommand : RegistryCommand
{
    private readonly Option<string?> from = BackupPlaces.Option("--from");

    public VerifyCommand()
        : base(
            "verify",
            "Proves a backup: reads all of it, and tells what is wrong with it. Ends with 1 where something is.",
            "registry verify",
            "registry verify 20261128T020000Z-1f2e3d4c --from s3://bucket/registry",
            "registry verify --store env --json")
    {
        Add(BackupPlaces.Name);
        Add(from);
        Add(new AuditVerifyCommand());
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var (name, faults) = BackupPlaces.IsOverHttp(call, from) ? await OverHttpAsync(call) : await HereAsync(call);
        if (call.IsJson)
        {
            call.Answer.Document(json =>
            {
                json.WriteString("name", name);
                json.WriteBoolean("isGood", faults.Count == 0);
                json.WriteStartArray("faults");
                foreach (var fault in faults)
                {
                    json.WriteStringValue(fault);
                }

                json.WriteEndArray();
            });
        }
        else if (faults.Count == 0)
        {
            call.Answer.Line($"{name} is good");
        }
        else
        {
            foreach (var fault in faults)
            {
                call.Answer.Line($"{name}: {fault}");
            }
        }

        return faults.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private async Task<(string Name, IReadOnlyList<string> Faults)> HereAsync(CommandCall call) => await BackupPlaces.UseAsync(
        call,
        from,
        async (options, objects) =>
        {
            var name = await BackupPlaces.NameAsync(call, objects);
            var found = await call.WithProgressAsync(
                "reading", meter => StoreBackups.VerifyAsync(options, objects, name, BackupPlaces.Reports(meter), call.Cancellation));
            return (name, found.Faults);
        });

    private static async Task<(string Name, IReadOnlyList<string> Faults)> OverHttpAsync(CommandCall call)
    {
        var api = (await call.ConnectAsync()).Api;
        var name = call.Get(BackupPlaces.Name);
        if (name == BackupPlaces.Newest)
        {
            using var list = await api.GetAsync("backups", call.Cancellation);
            name = list.Json.Entries("backups").FirstOrDefault(backup => backup.Text("fault") is null).Text("name")
                ?? throw BackupPlaces.NoneGood($"place of {api.Name}");
        }

        using var answer = await call.WithProgressAsync("reading", async _ =>
        {
            using var request = RegistryApi.Request(HttpMethod.Post, $"backups/{Uri.EscapeDataString(name)}:verify");
            using var response = await api.OpenAsync(request, call.Cancellation);
            return await api.ReadAsync(response, call.Cancellation);
        });
        return (name, [.. answer.Json.Entries("faults").Select(fault => fault.GetString() ?? "")]);
    }
}
