using System.CommandLine;
using System.Text.Json;

namespace OrleansRegistry.Cli.Trust;

/// <summary>Of one user of one's tenant, or for who manages tenants of <c>--tenant</c>.</summary>
internal abstract class UserCommand : RegistryCommand
{
    protected const string Collection = "users";

    protected UserCommand(string name, string description, params string[] examples)
        : base(name, description, examples) => Add(User);

    protected Argument<string> User { get; } = new("user") { Description = "The user's name." };

    protected string PathOf(CommandCall call, string suffix = "") => WithTenant(call, ApiPath.Of(Collection, call.Get(User), suffix));

    /// <exception cref="CliException">The words name a store.</exception>
    public static async Task<RegistryApi> ConnectAsync(CommandCall call) => call.Get(call.Options.Store) is null
        ? (await call.ConnectAsync(namesTenant: true)).Api
        : throw CliException.Usage("Users are those of a registry that runs, by --url: a store asks nobody.");

    public static string WithTenant(CommandCall call, string path) => ApiPath.With(path, ("tenant", call.Get(call.Options.Tenant)));

    protected static ExitCode Done(CommandCall call, string note)
    {
        call.Terminal.WriteNote(note);
        return ExitCode.Done;
    }
}

internal sealed class UserCreateCommand : UserCommand
{
    private readonly Option<string[]> roles = new("--role") { Description = "A role; again for another.", HelpName = "role", Required = true };
    private readonly Option<bool> fromInput = PasswordInput.Option();

    public UserCreateCommand()
        : base(
            "create",
            "Makes a user, and asks for the password.",
            "registry users create ann --role devops",
            "registry users create ann --role user --tenant acme --password-stdin < password.txt")
    {
        Add(roles);
        Add(fromInput);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var api = await ConnectAsync(call);
        var password = await PasswordInput.ReadAsync(call, fromInput, call.Get(User), isNew: true);
        var body = TaskRequests.Object(json =>
        {
            json.WriteString("name"u8, call.Get(User));
            json.WriteString("password"u8, password);
            json.WriteGiven("roles", call.Get(roles));
            json.WriteGiven("tenant", call.Get(call.Options.Tenant));
        });
        using var answer = await api.SendOnceAsync(HttpMethod.Post, Collection, body, call.Cancellation);
        if (call.IsJson)
        {
            call.Answer.Document(answer.Bytes);
            return ExitCode.Done;
        }

        return Done(call, $"Created {answer.Json.Text("name")} of {answer.Json.Text("tenant")}.");
    }
}

internal sealed class UserListCommand : RegistryCommand
{
    private const int PageSize = 100;

    private readonly Option<int> limit = Pages.LimitOption();

    public UserListCommand()
        : base("list", "Lists the users of one's tenant, or for who manages tenants of --tenant.", "registry users list --tenant acme") =>
        Add(limit);

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        await UserCommand.ConnectAsync(call);
        return await Pages.PrintAsync(
            call,
            UserCommand.WithTenant(call, "users"),
            "users",
            PageSize,
            call.Get(limit),
            ["USER", "ROLES", "STATE", "CHANGED"],
            Row);
    }

    private static Cell[] Row(JsonElement user) =>
    [
        Cell.Short(user.Text("name"), 64),
        Cell.Short(user.Texts("roles"), 40),
        Cell.Short(user.Flag("disabled") ? "disabled" : user.Text("lockedUntil") is null ? "" : "locked", 8),
        Cell.Time(user.Text("changedAt")),
    ];
}

internal sealed class UserShowCommand() : UserCommand("show", "Shows a user.", "registry users show ann")
{
    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        using var answer = await (await ConnectAsync(call)).GetAsync(PathOf(call), call.Cancellation);
        if (call.IsJson)
        {
            call.Answer.Document(answer.Bytes);
            return ExitCode.Done;
        }

        var user = answer.Json;
        call.Answer.Line($"{user.Text("name")} of {user.Text("tenant")}{(user.Flag("disabled") ? ", disabled" : "")}");
        call.Answer.Line($"roles: {user.Texts("roles")}");
        if (user.Text("lockedUntil") is { } until)
        {
            call.Answer.Line($"locked until {until}");
        }

        return ExitCode.Done;
    }
}

internal sealed class UserChangeCommand : UserCommand
{
    private readonly Option<string[]> roles = new("--role") { Description = "A role in the place of all; again for another.", HelpName = "role" };
    private readonly Option<bool> disable = new("--disable") { Description = "It cannot log in any more." };
    private readonly Option<bool> enable = new("--enable") { Description = "It can again." };

    public UserChangeCommand()
        : base(
            "change",
            "Changes a user's roles, or whether it can log in; its sessions end.",
            "registry users change ann --role viewer",
            "registry users change ann --disable")
    {
        Add(roles);
        Add(disable);
        Add(enable);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        if (call.Get(disable) && call.Get(enable))
        {
            throw CliException.Usage("--disable and --enable exclude each other.");
        }

        if (!call.Has(roles) && !call.Get(disable) && !call.Get(enable))
        {
            throw CliException.Usage("Say what changes: --role, --disable or --enable.");
        }

        var body = TaskRequests.Object(json =>
        {
            json.WriteGiven("roles", call.Has(roles) ? call.Get(roles) : null);
            json.WriteGiven("disabled", call.Get(disable) ? true : call.Get(enable) ? false : null);
        });
        using var answer = await (await ConnectAsync(call)).SendAsync(HttpMethod.Patch, PathOf(call), body, null, call.Cancellation);
        return Done(call, $"Changed {call.Get(User)}.");
    }
}

internal sealed class UserPasswordCommand : UserCommand
{
    private readonly Option<bool> fromInput = PasswordInput.Option();

    public UserPasswordCommand()
        : base("password", "Gives a user another password, and lets it in where it was locked; its sessions end.", "registry users password ann") =>
        Add(fromInput);

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var api = await ConnectAsync(call);
        var password = await PasswordInput.ReadAsync(call, fromInput, call.Get(User), isNew: true);
        var body = TaskRequests.Object(json => json.WriteString("password"u8, password));
        using var answer = await api.SendAsync(HttpMethod.Put, PathOf(call, "/password"), body, null, call.Cancellation);
        return Done(call, $"Changed the password of {call.Get(User)}.");
    }
}

internal sealed class UserLogoutCommand() : UserCommand("logout", "Ends all sessions of a user.", "registry users logout ann")
{
    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var path = WithTenant(call, ApiPath.With("sessions", ("user", call.Get(User))));
        using var answer = await (await ConnectAsync(call)).SendAsync(HttpMethod.Delete, path, null, null, call.Cancellation);
        return Done(call, $"Ended all sessions of {call.Get(User)}.");
    }
}

internal sealed class UserRemoveCommand() : UserCommand("remove", "Removes a user, with its sessions.", "registry users remove ann")
{
    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        using var answer = await (await ConnectAsync(call)).SendAsync(HttpMethod.Delete, PathOf(call), null, null, call.Cancellation);
        return Done(call, $"Removed {call.Get(User)}.");
    }
}
