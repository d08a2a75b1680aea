using System.Net;

namespace OrleansRegistry.Cli.Trust;

internal sealed class LogoutCommand()
    : RegistryCommand("logout", "Ends the session of registry login, and forgets it.", "registry logout")
{
    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var connection = await call.ConnectAsync();
        var variable = SessionFiles.Overriding(call.Terminal);
        if (SessionFiles.Find(call.Terminal, connection.Url) is not { } path)
        {
            throw CliException.NotFound($"Nobody is logged in to {connection.Url}."
                + (variable is null ? "" : $" Commands come with the token of {variable}: they do until it is unset."));
        }

        try
        {
            using var answer = await connection.ApiOf(path).SendAsync(HttpMethod.Post, "logout", null, null, call.Cancellation);
        }
        catch (CliException fault) when (fault.Status == (int)HttpStatusCode.Unauthorized)
        {
            // It was over before.
        }

        File.Delete(path);
        call.Terminal.WriteNote(variable is null
            ? "Logged out."
            : $"Logged out. Commands come with the token of {variable} all the same: they do until it is unset.");
        return ExitCode.Done;
    }
}
