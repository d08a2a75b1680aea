using System.CommandLine;
using System.Text.Json;

namespace OrleansRegistry.Cli.Trust;

internal sealed class LoginCommand : RegistryCommand
{
    private readonly Argument<string> user = new("user") { Description = "The user's name." };
    private readonly Option<bool> fromInput = PasswordInput.Option();

    public LoginCommand()
        : base(
            "login",
            "Logs in: later commands for the same URL are this user's.",
            "registry login ann --tenant acme",
            "registry login ann --password-stdin < password.txt")
    {
        Add(user);
        Add(fromInput);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        if (call.Get(call.Options.Store) is not null)
        {
            throw CliException.Usage("Users log in to a registry that runs, by --url: a store asks nobody.");
        }

        var connection = await call.ConnectAsync();
        var path = SessionFiles.PathOf(call.Terminal, connection.Url)
            ?? throw CliException.Usage("Neither XDG_CONFIG_HOME nor HOME says where the session can be kept.");
        var password = await PasswordInput.ReadAsync(call, fromInput, call.Get(user));
        using var answer = await connection.Api.SendAsync(HttpMethod.Post, "login", BodyOf(call, password), null, call.Cancellation);
        await SessionFiles.WriteAsync(path, answer.Json.Text("token")!, call.Cancellation);
        if (SessionFiles.Overriding(call.Terminal) is { } variable)
        {
            call.Terminal.WriteNote($"Commands come with the token of {variable} all the same: unset it to use this session.");
        }

        call.Terminal.WriteNote($"Logged in as {answer.Json.Text("user")} of {answer.Json.Text("tenant")} until {answer.Json.Text("expiresAt")}.");
        return ExitCode.Done;
    }

    private byte[] BodyOf(CommandCall call, string password)
    {
        var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("user"u8, call.Get(user));
            json.WriteString("password"u8, password);
            if (call.Get(call.Options.Tenant) is { } tenant)
            {
                json.WriteString("tenant"u8, tenant);
            }

            json.WriteEndObject();
        }

        return body.ToArray();
    }
}
