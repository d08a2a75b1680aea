using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace OrleansRegistry.Cli.Trust;

internal abstract class TenantCommand : RegistryCommand
{
    protected const string Collection = "tenants";

    /// <summary>As a member: null, and not left out.</summary>
    protected static readonly object Nothing = new();

    protected TenantCommand(string name, string description, string example)
        : base(name, description, example) => Add(Tenant);

    protected Argument<string> Tenant { get; } = new("tenant") { Description = "The tenant's name." };

    protected async Task<ExitCode> PutAsync(CommandCall call, string done, bool isNew, params (string Name, object? Value)[] members)
    {
        var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            foreach (var (name, value) in members)
            {
                if (value is long number)
                {
                    json.WriteNumber(name, number);
                }
                else if (value is string text)
                {
                    json.WriteString(name, text);
                }
                else if (value == Nothing)
                {
                    json.WriteNull(name);
                }
            }

            json.WriteEndObject();
        }

        var api = (await call.ConnectAsync()).Api;
        (string, string?)? header = isNew ? ("If-None-Match", "*") : null;
        using var answer = await api.SendAsync(HttpMethod.Put, PathOf(call), body.ToArray(), header, call.Cancellation);
        if (call.IsJson)
        {
            call.Answer.Document(answer.Bytes);
        }
        else
        {
            call.Answer.Line($"{done} {call.Get(Tenant)}");
        }

        return ExitCode.Done;
    }

    protected string PathOf(CommandCall call) => ApiPath.Of(Collection, call.Get(Tenant));
}

internal sealed class TenantCreateCommand : TenantCommand
{
    private readonly Option<string?> description = new("--description") { Description = "For people." };

    public TenantCreateCommand()
        : base("create", "Makes a tenant.", "registry tenants create acme --description \"Acme, Inc.\"") => Add(description);

    protected override Task<ExitCode> RunAsync(CommandCall call) =>
        PutAsync(call, "created", isNew: true, ("description", call.Get(description)));
}

internal sealed class TenantSuspendCommand : TenantCommand
{
    private readonly Option<string?> reason = new("--reason") { Description = "What its callers are told." };

    public TenantSuspendCommand()
        : base("suspend", "Refuses the callers of a tenant; all that it has stays.", "registry tenants suspend acme --reason unpaid") =>
        Add(reason);

    protected override Task<ExitCode> RunAsync(CommandCall call) =>
        PutAsync(call, "suspended", isNew: false, ("state", "suspended"), ("reason", call.Get(reason)));
}

internal sealed class TenantResumeCommand()
    : TenantCommand("resume", "Lets the callers of a tenant in again.", "registry tenants resume acme")
{
    protected override Task<ExitCode> RunAsync(CommandCall call) => PutAsync(call, "resumed", isNew: false, ("state", "active"));
}

internal sealed class TenantLimitCommand : TenantCommand
{
    private readonly Option<long?> agents = new("--agents") { Description = "The most agents." };
    private readonly Option<long?> openTasks = new("--open-tasks") { Description = "The most tasks that have not ended." };
    private readonly Option<long?> bytes = new("--bytes") { Description = "The most bytes in the store." };

    public TenantLimitCommand()
        : base(
            "limit",
            "Says how much a tenant may have: what is not named has no limit.",
            "registry tenants limit acme --agents 1000 --open-tasks 500")
    {
        Add(agents);
        Add(openTasks);
        Add(bytes);
    }

    protected override Task<ExitCode> RunAsync(CommandCall call) => PutAsync(
        call,
        "limited",
        isNew: false,
        ("maxAgents", call.Get(agents) ?? Nothing),
        ("maxOpenTasks", call.Get(openTasks) ?? Nothing),
        ("maxBytes", call.Get(bytes) ?? Nothing));
}

internal sealed class TenantShowCommand() : TenantCommand("show", "Shows a tenant, and what it has.", "registry tenants show acme")
{
    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var api = (await call.ConnectAsync()).Api;
        using var answer = await api.SendAsync(HttpMethod.Get, $"{PathOf(call)}?usage=true", null, null, call.Cancellation);
        if (call.IsJson)
        {
            call.Answer.Document(answer.Bytes);
            return ExitCode.Done;
        }

        var json = answer.Json;
        call.Answer.Line($"{json.Text("tenant")}: {json.Text("state")}{(json.Text("reason") is { } reason ? $" ({reason})" : "")}");
        var usage = json.GetProperty("usage");
        foreach (var (what, has, limit) in ((string, string, string)[])
            [("agents", "agents", "maxAgents"), ("open tasks", "openTasks", "maxOpenTasks"), ("bytes", "bytes", "maxBytes")])
        {
            var most = json.Find(limit) is { } value ? $" of {Shown(value.GetInt64())}" : "";
            call.Answer.Line($"{what}: {Shown(usage.GetProperty(has).GetInt64())}{most}");
        }

        return ExitCode.Done;
    }

    private static string Shown(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}

internal sealed class TenantListCommand : RegistryCommand
{
    private const int PageSize = 100;

    private readonly Option<int> limit = Pages.LimitOption();

    public TenantListCommand()
        : base("list", "Lists the tenants that were made.", "registry tenants list") => Add(limit);

    protected override Task<ExitCode> RunAsync(CommandCall call) => Pages.PrintAsync(
        call,
        "tenants",
        "tenants",
        PageSize,
        call.Get(limit),
        ["TENANT", "STATE", "CREATED", "DESCRIPTION"],
        Row);

    private static Cell[] Row(JsonElement tenant) =>
    [
        Cell.Short(tenant.Text("tenant"), 64),
        Cell.Of(tenant.Text("state") ?? "", tenant.Text("state") == "active" ? Color.Green : Color.Red),
        Cell.Time(tenant.Text("createdAt")),
        Cell.Short(tenant.Text("description"), 70),
    ];
}

internal sealed class TenantEraseCommand : TenantCommand
{
    private readonly Option<bool> yes = new("--yes") { Description = "Really erase all that it has." };

    public TenantEraseCommand()
        : base("erase", "Erases all that a tenant has.", "registry tenants erase acme --yes") => Add(yes);

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        if (!call.Get(yes))
        {
            throw CliException.Usage($"This erases all agents, tasks, snapshots and keys of '{call.Get(Tenant)}': say --yes if it is meant.");
        }

        var api = (await call.ConnectAsync()).Api;
        while (true)
        {
            using var answer = await api.SendAsync(HttpMethod.Delete, $"{PathOf(call)}?wait=20", null, null, call.Cancellation);
            if (answer.Json.Find("done")?.GetBoolean() != true)
            {
                continue;
            }

            if (call.IsJson)
            {
                call.Answer.Document(answer.Bytes);
            }
            else
            {
                call.Answer.Line($"erased {call.Get(Tenant)}: {answer.Json.GetProperty("erased").GetInt64()} records");
            }

            return ExitCode.Done;
        }
    }
}
