using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using OrleansRegistry.Cli.Data;
using Spectre.Console;

namespace OrleansRegistry.Cli.Trust;

/// <summary>Which entries of the audit trail.</summary>
internal sealed class AuditFilters
{
    private readonly Option<DateTimeOffset?> since = new("--since") { Description = "Written at this time or later.", HelpName = "time" };
    private readonly Option<DateTimeOffset?> before = new("--before") { Description = "Written before this time.", HelpName = "time" };
    private readonly Option<string?> by = new("--by") { Description = "Of this caller.", HelpName = "subject" };
    private readonly Option<string?> about = new("--about") { Description = "About the object with this id.", HelpName = "id" };
    private readonly Option<string?> action = new("--action")
    {
        Description = "Of this operation; with * at the end, of all whose names begin so.",
        HelpName = "name",
    };

    private readonly Option<string?> outcome = new("--outcome") { Description = "ok, or an error's code.", HelpName = "outcome" };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[since, before, by, about, action, outcome])
        {
            command.Add(option);
        }
    }

    public string PathOf(CommandCall call, string path) => ApiPath.With(
        path,
        ("since", Time(call.Get(since))),
        ("before", Time(call.Get(before))),
        ("subject", call.Get(by)),
        ("object", call.Get(about)),
        ("action", call.Get(action)),
        ("outcome", call.Get(outcome)));

    private static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
}

internal sealed class AuditListCommand : RegistryCommand
{
    private readonly AuditFilters filters = new();
    private readonly Option<int> limit = Pages.LimitOption();

    public AuditListCommand()
        : base(
            "list",
            "Lists who changed what, newest first.",
            "registry audit list --limit 20",
            "registry audit list --about weather --since 2026-01-31T00:00:00Z",
            "registry audit list --action 'registry.agent.*' --by alice")
    {
        filters.AddTo(this);
        Add(limit);
    }

    protected override Task<ExitCode> RunAsync(CommandCall call) => Pages.PrintAsync(
        call,
        filters.PathOf(call, "audit"),
        "entries",
        PageLimit.Audit.Max,
        call.Get(limit),
        ["NUMBER", "TIME", "SUBJECT", "ACTION", "OBJECT", "OUTCOME", "BY", "FROM"],
        Row);

    private static Cell[] Row(JsonElement entry) =>
    [
        entry.Number("sequence"),
        Cell.Time(entry.Text("time")),
        Cell.Short(entry.Text("subject"), 40),
        entry.Text("action"),
        Cell.Short(entry.Text("object"), 60),
        entry.Text("outcome") == AuditEntry.Done ? Cell.Of(AuditEntry.Done, Color.Green) : Cell.Of(entry.Text("outcome"), Color.Red),
        Cell.Short(entry.Text("credential"), 30),
        entry.Text("address"),
    ];
}

internal sealed class AuditExportCommand : RegistryCommand
{
    private const string StandardOutput = "-";

    private readonly Argument<string> file = new("file") { Description = "Where to, or - for the standard output." };
    private readonly AuditFilters filters = new();

    public AuditExportCommand()
        : base(
            "export",
            "Writes the audit trail of the tenant as JSON Lines, oldest first.",
            "registry audit export ./audit.jsonl",
            "registry audit export - --since 2026-01-31T00:00:00Z | jq .action")
    {
        Add(file);
        filters.AddTo(this);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var api = (await call.ConnectAsync()).Api;
        using var request = RegistryApi.Request(HttpMethod.Get, filters.PathOf(call, "audit/export"));
        using var response = await api.OpenAsync(request, call.Cancellation);
        await api.CheckAsync(response, call.Cancellation);
        await using var lines = await response.Content.ReadAsStreamAsync(call.Cancellation);
        var name = call.Get(file);
        if (name == StandardOutput)
        {
            await lines.CopyToAsync(call.Terminal.Output, call.Cancellation);
            return ExitCode.Done;
        }

        // Under another name until it is whole.
        var part = name + ".part";
        await using (var output = PrivateFiles.Create(part))
        {
            await lines.CopyToAsync(output, call.Cancellation);
            output.Flush(flushToDisk: true);
        }

        File.Move(part, name, overwrite: true);
        if (!call.IsJson)
        {
            call.Answer.Line($"wrote {name}");
        }

        return ExitCode.Done;
    }
}

internal sealed class AuditAnchorCommand : RegistryCommand
{
    public AuditAnchorCommand()
        : base(
            "anchor",
            "Prints how far the audit trail has come, as JSON on one line. Keep it where the registry's operators cannot write.",
            "registry audit anchor >> anchors.jsonl")
    {
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var api = (await call.ConnectAsync()).Api;
        using var answer = await api.GetAsync("audit/anchor", call.Cancellation);
        call.Answer.Document(answer.Bytes);
        return ExitCode.Done;
    }
}
