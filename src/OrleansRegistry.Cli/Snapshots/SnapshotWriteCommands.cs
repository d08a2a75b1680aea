using System.CommandLine;

namespace OrleansRegistry.Cli.Snapshots;

internal sealed class SnapshotVerifyCommand : RegistryCommand
{
    private readonly Argument<string> agent = SnapshotAddress.Agent();
    private readonly Argument<string> snapshot = SnapshotAddress.Snapshot();

    public SnapshotVerifyCommand()
        : base("verify", "Reads the whole file of a snapshot and compares it with what was saved.", "registry snapshot verify weather latest")
    {
        Add(agent);
        Add(snapshot);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var api = (await call.ConnectAsync()).Api;
        var path = await SnapshotAddress.PathAsync(call, api, call.Get(agent), call.Get(snapshot), ":verify");
        using var answer = await api.SendAsync(HttpMethod.Post, path, null, null, call.Cancellation);
        if (call.IsJson)
        {
            call.Answer.Document(answer.Bytes);
        }
        else
        {
            call.Answer.Line($"{answer.Json.Text("snapshot_id")} is what was saved, {answer.Json.Text("content_hash")}");
        }

        return ExitCode.Done;
    }
}

internal sealed class SnapshotDeleteCommand : RegistryCommand
{
    private readonly Argument<string> agent = SnapshotAddress.Agent();
    private readonly Argument<string[]> snapshots = new("snapshot")
    {
        Description = "The ids of the snapshots, or latest for the agent's newest.",
        Arity = ArgumentArity.OneOrMore,
    };

    public SnapshotDeleteCommand()
        : base("delete", "Deletes snapshots.", "registry snapshot delete weather 11111111-2222-4333-8444-555555555555")
    {
        Add(agent);
        Add(snapshots);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var api = (await call.ConnectAsync()).Api;
        foreach (var snapshot in call.Get(snapshots))
        {
            var path = await SnapshotAddress.PathAsync(call, api, call.Get(agent), snapshot);
            using var answer = await api.SendAsync(HttpMethod.Delete, path, null, null, call.Cancellation);
            if (!call.IsJson)
            {
                call.Answer.Line($"deleted {snapshot}");
            }
        }

        if (call.IsJson)
        {
            call.Answer.Document(json => json.WriteNumber("deleted", call.Get(snapshots).Length));
        }

        return ExitCode.Done;
    }
}
