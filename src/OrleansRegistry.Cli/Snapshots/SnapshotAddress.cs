using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace OrleansRegistry.Cli.Snapshots;

/// <summary>How commands name a snapshot, and show it.</summary>
internal static class SnapshotAddress
{
    /// <summary>Stands for the newest one.</summary>
    public const string Latest = "latest";

    public static Argument<string> Agent() => new("agent") { Description = "The agent's id." };

    public static Argument<string> Snapshot() => new("snapshot") { Description = "The snapshot's id, or latest for the agent's newest." };

    public static Option<string?> Session() => new("--session") { Description = "The session of the agent.", HelpName = "session" };

    /// <summary>A path below an agent's snapshots.</summary>
    public static string Path(string agent, string suffix = "") => ApiPath.Of("agents", agent, "/snapshots" + suffix);

    /// <summary>A path below one snapshot.</summary>
    public static async Task<string> PathAsync(CommandCall call, RegistryApi api, string agent, string snapshot, string suffix = "")
    {
        if (snapshot == Latest)
        {
            using var newest = await api.GetAsync(Path(agent, "/latest"), call.Cancellation);
            snapshot = newest.Json.Text("snapshot_id")!;
        }

        return Path(agent, $"/{Uri.EscapeDataString(snapshot)}{suffix}");
    }

    public static void Print(CommandCall call, ApiAnswer answer)
    {
        if (call.IsJson)
        {
            call.Answer.Document(answer.Bytes);
            return;
        }

        var snapshot = answer.Json;
        var facts = new TextTable("", "");
        facts.Add("snapshot", snapshot.Text("snapshot_id"));
        facts.Add("agent", Cell.Short(snapshot.Text("agent_id"), 256));
        facts.Add("session", Cell.Short(snapshot.Text("session_id"), 256));
        facts.Add("index", snapshot.Number("snapshot_index").ToString(CultureInfo.InvariantCulture));
        facts.Add("taken", Cell.Time(snapshot.Text("timestamp")));
        facts.Add("description", Cell.Short(snapshot.Text("description"), 500));
        facts.Add("content hash", snapshot.Text("content_hash"));
        facts.Add("state", Bytes(snapshot, "uncompressed_size"));
        facts.Add("file", Bytes(snapshot, "compressed_size"));
        facts.Add("owner", Cell.Short(snapshot.Text("owner"), 256));
        call.Answer.Table(facts);
    }

    private static string Bytes(JsonElement snapshot, string name) =>
        string.Create(CultureInfo.InvariantCulture, $"{snapshot.Number(name):N0} bytes");
}
