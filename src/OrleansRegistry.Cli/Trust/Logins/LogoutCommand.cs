using System.Net;

namespace OrleansRegistry.Cli.Trust;

internal sealed class LogoutCommand()
    : RegistryCommand("logout", "Ends the session of registry login, and forgets it.", "registry logout")
{
    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var connection = await call.ConnectAsync();
        if (SessionFiles.Find(call.Terminal, connection.Url) is not { } path)
        {
            throw CliException.NotFound($"Nobody is logged in to {connection.Url}.");
        }

        try
        {
            using var answer = await connection.Api.SendAsync(HttpMethod.Post, "logout", null, null, call.Cancellation);
        }
        catch (CliException fault) when (fault.Status == (int)HttpStatusCode.Unauthorized)
        {
            // It was over before.
        }

        File.Delete(path);
        call.Terminal.WriteNote("Logged out.");
        return ExitCode.Done;
    }
}
