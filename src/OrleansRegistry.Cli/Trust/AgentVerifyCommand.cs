using System.CommandLine;
using System.Text.Json;

namespace OrleansRegistry.Cli.Trust;

/// <summary>Checks the signatures of an agent's card.</summary>
internal sealed class AgentVerifyCommand : RegistryCommand
{
    private const int LongestText = 2000;

    private readonly Argument<string> id = new("id") { Description = "The agent's id." };
    private readonly Option<bool> required = new("--require-valid") { Description = "Ends with 4 unless one of the signatures is valid." };

    public AgentVerifyCommand()
        : base(
            "verify",
            "Checks the signatures of an agent's card against the issuers that the registry trusts.",
            "registry agents verify weather",
            "registry agents verify weather --require-valid --json")
    {
        Add(id);
        Add(required);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var connection = await call.ConnectAsync();
        var path = ApiPath.Of("agents", call.Get(id), ":verify");
        using var answer = await connection.Api.SendAsync(HttpMethod.Post, path, null, null, call.Cancellation);
        if (call.IsJson)
        {
            call.Answer.Document(answer.Bytes);
        }
        else
        {
            Print(call.Answer, answer.Json);
        }

        var isValid = answer.Json.Find("signature")?.Text("verdict") == SignatureVerdict.Valid.ToName();
        return isValid || !call.Get(required) ? ExitCode.Done : ExitCode.Refused;
    }

    private static void Print(Answer answer, JsonElement found)
    {
        if (found.Find("signature") is not { } signature)
        {
            answer.Line("The card has no signature.");
            return;
        }

        var table = new TextTable("verdict", "issuer", "key", "algorithm", "form", "reason");
        foreach (var check in signature.Entries("checks"))
        {
            table.Add(
                Cell.Short(check.Text("verdict"), LongestText),
                Cell.Short(check.Text("issuer"), LongestText),
                Cell.Short(check.Text("key_id"), LongestText),
                Cell.Short(check.Text("algorithm"), LongestText),
                Cell.Short(check.Text("form"), LongestText),
                Cell.Short(check.Text("reason"), LongestText));
        }

        answer.Table(table);
    }
}
