using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace OrleansRegistry.Cli.Snapshots;

internal sealed class SnapshotListCommand : RegistryCommand
{
    private const int PageSize = 100;

    private readonly Argument<string?> agent = new("agent")
    {
        Description = "The agent's id; of all agents unless given.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> session = SnapshotAddress.Session();
    private readonly Option<string?> query = new("--query") { Description = "A part of the description.", HelpName = "text" };
    private readonly Option<int> limit = Pages.LimitOption();

    public SnapshotListCommand()
        : base("list", "Lists snapshots, newest first.", "registry snapshot list weather", "registry snapshot list --query before --json")
    {
        Add(agent);
        Add(session);
        Add(query);
        Add(limit);
    }

    protected override Task<ExitCode> RunAsync(CommandCall call)
    {
        var path = call.Get(agent) is { } named ? SnapshotAddress.Path(named) : "snapshots";
        return Pages.PrintAsync(
            call,
            ApiPath.With(path, ("session_id", call.Get(session)), ("query", call.Get(query))),
            "snapshots",
            PageSize,
            call.Get(limit),
            ["SNAPSHOT", "AGENT", "SESSION", "INDEX", "TAKEN", "BYTES", "DESCRIPTION"],
            Row);
    }

    private static Cell[] Row(JsonElement snapshot) =>
    [
        snapshot.Text("snapshot_id"),
        Cell.Short(snapshot.Text("agent_id"), 60),
        Cell.Short(snapshot.Text("session_id"), 60),
        snapshot.Number("snapshot_index").ToString(CultureInfo.InvariantCulture),
        Cell.Time(snapshot.Text("timestamp")),
        snapshot.Number("compressed_size"),
        Cell.Short(snapshot.Text("description"), 70),
    ];
}

internal sealed class SnapshotShowCommand : RegistryCommand
{
    private readonly Argument<string> agent = SnapshotAddress.Agent();
    private readonly Argument<string> snapshot = SnapshotAddress.Snapshot();

    public SnapshotShowCommand()
        : base("show", "Shows what is known of one snapshot.", "registry snapshot show weather latest")
    {
        Add(agent);
        Add(snapshot);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var api = (await call.ConnectAsync()).Api;
        var path = await SnapshotAddress.PathAsync(call, api, call.Get(agent), call.Get(snapshot));
        using var answer = await api.GetAsync(path, call.Cancellation);
        SnapshotAddress.Print(call, answer);
        return ExitCode.Done;
    }
}

internal sealed class SnapshotLatestCommand : RegistryCommand
{
    private readonly Argument<string> agent = SnapshotAddress.Agent();
    private readonly Option<string?> session = SnapshotAddress.Session();

    public SnapshotLatestCommand()
        : base("latest", "Shows the newest snapshot of an agent or a session.", "registry snapshot latest weather --session s1")
    {
        Add(agent);
        Add(session);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var api = (await call.ConnectAsync()).Api;
        var path = ApiPath.With(SnapshotAddress.Path(call.Get(agent), "/latest"), ("session_id", call.Get(session)));
        using var answer = await api.GetAsync(path, call.Cancellation);
        SnapshotAddress.Print(call, answer);
        return ExitCode.Done;
    }
}
