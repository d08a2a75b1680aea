using System.CommandLine;
using System.Text.Json;

namespace OrleansRegistry.Cli.Trust;

internal sealed class KeyCreateCommand : RegistryCommand
{
    private readonly Argument<string> subject = new("subject") { Description = "Who calls with it." };
    private readonly Option<string[]> roles = new("--role") { Description = "A role; again for another.", HelpName = "role", Required = true };
    private readonly Option<string[]> agents = new("--agent")
    {
        Description = "The id of an agent that it is for; again for another. By default all.",
        HelpName = "id",
    };

    private readonly Option<long?> expires = new("--expires-in") { Description = "For how many seconds.", HelpName = "seconds" };
    private readonly Option<string?> description = new("--description") { Description = "For people." };

    public KeyCreateCommand()
        : base(
            "create",
            "Makes an API key of one's tenant, or for who manages tenants of --tenant, and shows it this once.",
            "registry keys create ann --role user --expires-in 86400",
            "registry keys create bot --role agent --agent weather --tenant acme")
    {
        Add(subject);
        Add(roles);
        Add(agents);
        Add(expires);
        Add(description);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var body = TaskRequests.Object(json =>
        {
            json.WriteString("subject"u8, call.Get(subject));
            json.WriteGiven("roles", call.Get(roles));
            json.WriteGiven("tenant", call.Get(call.Options.Tenant));
            json.WriteGiven("agents", call.Has(agents) ? call.Get(agents) : null);
            json.WriteGiven("expiresInSeconds", call.Get(expires));
            json.WriteGiven("description", call.Get(description));
        });
        var api = (await call.ConnectAsync(namesTenant: true)).Api;
        using var answer = await api.SendOnceAsync(HttpMethod.Post, KeyLines.Collection, body, call.Cancellation);
        KeyLines.PrintMade(call, answer);
        return ExitCode.Done;
    }
}

internal sealed class KeyListCommand : RegistryCommand
{
    private const int PageSize = 100;

    private readonly Option<int> limit = Pages.LimitOption();

    public KeyListCommand()
        : base(
            "list",
            "Lists API keys of one's tenant, or for who manages tenants of --tenant, without their secrets.",
            "registry keys list --tenant acme") =>
        Add(limit);

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        await call.ConnectAsync(namesTenant: true);
        return await Pages.PrintAsync(
            call,
            ApiPath.With(KeyLines.Collection, ("tenant", call.Get(call.Options.Tenant))),
            "keys",
            PageSize,
            call.Get(limit),
            ["KEY", "SUBJECT", "ROLES", "EXPIRES", "LAST USED", "DESCRIPTION"],
            Row);
    }

    private static Cell[] Row(JsonElement key) =>
    [
        Cell.Short(key.Text("id"), 12),
        Cell.Short(key.Text("subject"), 40),
        Cell.Short(key.Texts("roles"), 40),
        Cell.Time(key.Text("expiresAt")),
        Cell.Time(key.Text("lastUsedAt")),
        Cell.Short(key.Text("description"), 50),
    ];
}

/// <summary>Of one key, of whatever tenant.</summary>
internal abstract class KeyCommand : RegistryCommand
{
    protected KeyCommand(string name, string description, string example)
        : base(name, description, example) => Add(Id);

    protected Argument<string> Id { get; } = new("id") { Description = "The key's id: what is between ork_ and the secret." };

    protected string PathOf(CommandCall call, string suffix = "") => ApiPath.Of(KeyLines.Collection, call.Get(Id), suffix);
}

internal sealed class KeyShowCommand() : KeyCommand("show", "Shows an API key, without its secret.", "registry keys show ab12cd34")
{
    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        using var answer = await (await call.ConnectAsync()).Api.GetAsync(PathOf(call), call.Cancellation);
        if (call.IsJson)
        {
            call.Answer.Document(answer.Bytes);
            return ExitCode.Done;
        }

        var key = answer.Json;
        call.Answer.Line($"{key.Text("subject")} of {key.Text("tenant")}");
        foreach (var (what, value) in ((string, string?)[])
            [
                ("roles", key.Texts("roles")),
                ("agents", key.Find("agents") is null ? null : key.Texts("agents")),
                ("description", key.Text("description")),
                ("until", key.Text("expiresAt")),
                ("the secret before until", key.Text("previousUntil")),
                ("last used", key.Text("lastUsedAt")),
            ])
        {
            if (value is not null)
            {
                call.Answer.Line($"{what}: {value}");
            }
        }

        return ExitCode.Done;
    }
}

internal sealed class KeyRotateCommand : KeyCommand
{
    private readonly Option<long?> overlap = new("--overlap")
    {
        Description = "For how many seconds the secret before counts too; by default not at all.",
        HelpName = "seconds",
    };

    public KeyRotateCommand()
        : base("rotate", "Gives an API key another secret, and shows it this once.", "registry keys rotate ab12cd34 --overlap 3600") =>
        Add(overlap);

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var body = TaskRequests.Object(json => json.WriteGiven("overlapSeconds", call.Get(overlap)));
        var api = (await call.ConnectAsync()).Api;
        using var answer = await api.SendOnceAsync(HttpMethod.Post, PathOf(call, ":rotate"), body, call.Cancellation);
        KeyLines.PrintMade(call, answer);
        return ExitCode.Done;
    }
}

internal sealed class KeyRevokeCommand() : KeyCommand("revoke", "Takes an API key back.", "registry keys revoke ab12cd34")
{
    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var api = (await call.ConnectAsync()).Api;
        using var answer = await api.SendAsync(HttpMethod.Delete, PathOf(call), null, null, call.Cancellation);
        call.Terminal.WriteNote($"Revoked {call.Get(Id)}.");
        return ExitCode.Done;
    }
}

internal static class KeyLines
{
    public const string Collection = "keys";

    /// <summary>The key alone on the standard output, for <c>KEY=$(registry keys create …)</c>.</summary>
    public static void PrintMade(CommandCall call, ApiAnswer answer)
    {
        if (call.IsJson)
        {
            call.Answer.Document(answer.Bytes);
            return;
        }

        var key = answer.Json;
        call.Terminal.WriteNote($"Key {key.Text("id")}, of {key.Text("subject")} of {key.Text("tenant")}. It is not shown again:");
        call.Answer.Line(key.Text("key")!);
    }
}
