namespace OrleansRegistry.Cli.Trust;

internal sealed class WhoamiCommand()
    : RegistryCommand("whoami", "Tells as whom the registry knows these commands.", "registry whoami")
{
    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        using var answer = await (await call.ConnectAsync()).Api.GetAsync("me", call.Cancellation);
        if (call.IsJson)
        {
            call.Answer.Document(answer.Bytes);
            return ExitCode.Done;
        }

        var me = answer.Json;
        call.Answer.Line($"{me.Text("subject")} of {me.Text("tenant")}");
        if (me.Find("roles") is { } roles)
        {
            call.Answer.Line($"roles: {string.Join(", ", roles.EnumerateArray().Select(role => role.GetString()))}");
        }

        foreach (var (what, name) in ((string, string)[])[("by", "credential"), ("until", "expiresAt")])
        {
            if (me.Text(name) is { } text)
            {
                call.Answer.Line($"{what}: {text}");
            }
        }

        return ExitCode.Done;
    }
}
