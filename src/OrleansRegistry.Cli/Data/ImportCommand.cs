using System.CommandLine;
using System.Globalization;

namespace OrleansRegistry.Cli.Data;

internal sealed class ImportCommand : RegistryCommand
{
    private const string StandardInput = "-";

    private readonly Argument<string> file = new("file")
    {
        Description = "An export, packed or not, or a file of an older system; - for the standard input.",
    };

    private readonly Option<bool> dryRun = new("--dry-run") { Description = "Checks everything and stores nothing." };
    private readonly Option<bool> skipFaults = new("--skip-faults") { Description = "Goes on after a line that is wrong." };
    private readonly Option<bool> replace = new("--replace")
    {
        Description = "Replaces what is there with the same id and another content; else that stays.",
    };

    public ImportCommand()
        : base(
            "import",
            "Stores what an export holds and is not there yet. The same file imported twice changes nothing the second time.",
            "registry import all.jsonl.gz --store ./other",
            "registry import all.jsonl.gz --dry-run --skip-faults    # tells each line that is wrong",
            "registry import agents.json                             # of registry 000 or 002",
            "ssh old registry export - --store ./data | registry import -")
    {
        Add(file);
        Add(dryRun);
        Add(skipFaults);
        Add(replace);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var name = call.Get(file);
        await using var input = name == StandardInput ? call.Terminal.Input : Open(name);
        var request = new ImportRequest
        {
            DryRun = call.Get(dryRun),
            SkipFaults = call.Get(skipFaults),
            Replace = call.Get(replace),
            Caller = new Caller(call.Get(call.Options.Tenant) ?? Caller.Default.Tenant, call.Get(call.Options.Subject) ?? Caller.Default.Subject),
        };
        await using var into = await TransferSide.OpenAsync(call, request.DryRun ? StoreUse.Trial : StoreUse.MayCreate);
        var begun = call.Terminal.Time.GetTimestamp();
        var report = await call.WithProgressAsync(
            request.DryRun ? "checking" : "importing",
            meter => into.ImportAsync(input, input is FileStream ? input.Length : 0, request, meter, call.Cancellation));
        Print(call, request, report, call.Terminal.Time.GetElapsedTime(begun));
        return report.FaultCount == 0 ? ExitCode.Done : ExitCode.Refused;
    }

    private static FileStream Open(string name)
    {
        try
        {
            return new FileStream(name, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw CliException.NotFound($"{name}: there is no such file.");
        }
    }

    private static void Print(CommandCall call, ImportRequest request, ImportReport report, TimeSpan elapsed)
    {
        if (call.IsJson)
        {
            Write(call.Answer, request, report);
            return;
        }

        foreach (var fault in report.Faults)
        {
            call.Terminal.WriteNote($"line {fault.Line}: {PlainText.Of(fault.Reason)}");
        }

        if (report.FaultCount > report.Faults.Count)
        {
            call.Terminal.WriteNote(string.Create(CultureInfo.InvariantCulture, $"and {report.FaultCount - report.Faults.Count:N0} more"));
        }

        var all = report.Created + report.Replaced + report.Same + report.Kept;
        call.Answer.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{(request.DryRun ? "would create" : "created")} {report.Created:N0}, replaced {report.Replaced:N0}, same {report.Same:N0}, "
                + $"kept {report.Kept:N0}, wrong {report.FaultCount:N0} ({elapsed.TotalSeconds:N1} s, {Rates.Text(all, 0, elapsed)})"));
        if (report.Kept > 0)
        {
            call.Terminal.WriteNote("What is kept is there with another content: --replace replaces it.");
        }

        if (report.NewVersions > 0)
        {
            call.Terminal.WriteNote(string.Create(
                CultureInfo.InvariantCulture, $"{report.NewVersions:N0} agents have new revisions, as this registry is past those that they had."));
        }
    }

    private static void Write(Answer answer, ImportRequest request, ImportReport report) => answer.Document(json =>
    {
        json.WriteBoolean("dryRun", request.DryRun);
        json.WriteNumber("created", report.Created);
        json.WriteNumber("replaced", report.Replaced);
        json.WriteNumber("same", report.Same);
        json.WriteNumber("kept", report.Kept);
        json.WriteNumber("newVersions", report.NewVersions);
        json.WriteNumber("faultCount", report.FaultCount);
        json.WriteStartArray("faults");
        foreach (var fault in report.Faults)
        {
            json.WriteStartObject();
            json.WriteNumber("line", fault.Line);
            json.WriteString("reason", fault.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}
