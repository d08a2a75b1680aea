using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using OrleansRegistry.Cli.Agents;
using Spectre.Console;

namespace OrleansRegistry.Cli.Instances;

/// <summary>What the commands of instances share.</summary>
internal static class InstanceArguments
{
    public static Argument<string> Agent() => new("agent") { Description = "The agent's id." };

    public static Argument<string> Name() => new("name") { Description = "The instance's name, unique within the agent." };

    public static Option<string?> Version(string description) => new("--version") { Description = description, HelpName = "version" };

    public static string PathOf(string agent, string name) => ApiPath.OfPart("agents", agent, "instances", name, "name");

    public static Cell Health(JsonElement instance) => instance.Text("health") switch
    {
        null => "",
        "healthy" => Cell.Of("healthy", Color.Green),
        "unhealthy" => Cell.Of("unhealthy", Color.Yellow),
        var other => Cell.Of(other, Color.Red),
    };

    public static string Weight(JsonElement instance) =>
        (instance.Find("weight")?.GetDouble() ?? 1).ToString(CultureInfo.InvariantCulture);
}

internal sealed class InstancePutCommand : RegistryCommand
{
    private readonly Argument<string> agent = InstanceArguments.Agent();
    private readonly Argument<string> name = InstanceArguments.Name();
    private readonly Argument<string> url = new("url") { Description = "Where the instance serves." };
    private readonly Option<double?> weight = new("--weight")
    {
        Description = "How often it is chosen in proportion to the others, 0 to 10000; 1 unless given. 0: never.",
        HelpName = "number",
    };

    private readonly Option<string?> version = InstanceArguments.Version("What it says of its own version.");
    private readonly Option<string?> metadata = new("--metadata")
    {
        Description = "A JSON object of strings, numbers and booleans.",
        HelpName = "json",
    };

    private readonly LeaseOptions lease = new();

    public InstancePutCommand()
        : base(
            "put",
            "Registers an instance of an agent, or puts this one in its place.",
            "registry instances put weather eu-1 http://10.0.0.1:8080/rpc --weight 2 --version 1.4 --ttl 30",
            "registry instances put weather eu-2 http://10.0.0.2:8080/rpc --metadata '{\"zone\": \"b\"}' --ephemeral")
    {
        Add(agent);
        Add(name);
        Add(url);
        Add(weight);
        Add(version);
        Add(metadata);
        lease.AddTo(this);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        if (call.Get(weight) is { } number && !double.IsFinite(number))
        {
            throw CliException.Usage("--weight is a number from 0 to 10000.");
        }

        var document = Parse(call.Get(metadata));
        var body = TaskRequests.Object(json =>
        {
            json.WriteString("url", call.Get(url));
            if (call.Get(weight) is { } heavy)
            {
                json.WriteNumber("weight", heavy);
            }

            json.WriteGiven("version", call.Get(version));
            json.WriteGiven("metadata", document);
            json.WriteGiven("ttl", lease.Ttl(call));
            json.WriteGiven("ephemeral", lease.Ephemeral(call));
        });
        var connection = await call.ConnectAsync();
        var path = InstanceArguments.PathOf(call.Get(agent), call.Get(name));
        using var answer = await connection.Api.SendAsync(HttpMethod.Put, path, body, null, call.Cancellation);
        if (call.IsJson)
        {
            call.Answer.Document(answer.Bytes);
        }
        else
        {
            var what = answer.Json.Flag("created") ? "registered" : "replaced";
            call.Answer.Line($"{what} {call.Get(name)} of {call.Get(agent)} (revision {answer.Json.Number("revision")})");
        }

        return ExitCode.Done;
    }

    private static ReadOnlyMemory<byte>? Parse(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return bytes;
        }
        catch (JsonException fault)
        {
            throw CliException.Usage($"--metadata is not JSON, at byte {fault.BytePositionInLine + 1}.");
        }
    }
}

internal sealed class InstanceListCommand : RegistryCommand
{
    private readonly Argument<string> agent = InstanceArguments.Agent();
    private readonly Option<string?> health = new("--health")
    {
        Description = $"Those of this health alone: {AgentHealths.AllNames}.",
        HelpName = "health",
    };

    private readonly Option<string?> version = InstanceArguments.Version("Those of this version alone.");
    private readonly Option<int> limit = Pages.LimitOption();

    public InstanceListCommand()
        : base(
            "list",
            "Lists an agent's instances, by their names.",
            "registry instances list weather",
            "registry instances list weather --health healthy")
    {
        Add(agent);
        Add(health);
        Add(version);
        Add(limit);
    }

    protected override Task<ExitCode> RunAsync(CommandCall call) => Pages.PrintAsync(
        call,
        ApiPath.With(ApiPath.Of("agents", call.Get(agent), "/instances"), ("health", call.Get(health)), ("version", call.Get(version))),
        "instances",
        PageLimit.Instances.Max,
        call.Get(limit),
        ["INSTANCE", "HEALTH", "WEIGHT", "VERSION", "URL", "METADATA"],
        Row);

    private static Cell[] Row(JsonElement instance) =>
    [
        Cell.Short(instance.Text("name"), 256),
        InstanceArguments.Health(instance),
        InstanceArguments.Weight(instance),
        Cell.Short(instance.Text("version"), 40),
        Cell.Short(instance.Text("url"), 100),
        Cell.Short(instance.Find("metadata")?.GetRawText(), 60),
    ];
}

internal sealed class InstanceChooseCommand : RegistryCommand
{
    private readonly Argument<string> agent = InstanceArguments.Agent();
    private readonly Option<string?> key = new("--key")
    {
        Description = "The same key comes to the same instance as long as that is healthy.",
        HelpName = "key",
    };

    private readonly Option<string?> version = InstanceArguments.Version("Of those of this version alone.");
    private readonly Option<bool> any = new("--any-health") { Description = "Where none is healthy, of the unhealthy, and then of the expired." };

    public InstanceChooseCommand()
        : base(
            "choose",
            "Chooses one of an agent's healthy instances by their weights, and prints its URL.",
            "registry instances choose weather",
            "registry instances choose weather --key session-1 --any-health")
    {
        Add(agent);
        Add(key);
        Add(version);
        Add(any);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var path = ApiPath.With(
            ApiPath.Of("agents", call.Get(agent), "/instances:choose"),
            ("key", call.Get(key)),
            ("version", call.Get(version)),
            ("any_health", call.Get(any) ? "true" : null));
        using var answer = await (await call.ConnectAsync()).Api.GetAsync(path, call.Cancellation);
        if (call.IsJson)
        {
            call.Answer.Document(answer.Bytes);
        }
        else
        {
            call.Answer.Line(answer.Json.Text("url") ?? "");
        }

        return ExitCode.Done;
    }
}

internal sealed class InstanceRemoveCommand : RegistryCommand
{
    private readonly Argument<string> agent = InstanceArguments.Agent();
    private readonly Argument<string> name = InstanceArguments.Name();

    public InstanceRemoveCommand()
        : base("remove", "Removes an instance of an agent.", "registry instances remove weather eu-1")
    {
        Add(agent);
        Add(name);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var path = InstanceArguments.PathOf(call.Get(agent), call.Get(name));
        using var answer = await (await call.ConnectAsync()).Api.SendAsync(HttpMethod.Delete, path, null, null, call.Cancellation);
        if (call.IsJson)
        {
            call.Answer.Document(answer.Bytes);
        }
        else
        {
            call.Answer.Line($"removed {call.Get(name)} of {call.Get(agent)} (revision {answer.Json.Number("revision")})");
        }

        return ExitCode.Done;
    }
}
