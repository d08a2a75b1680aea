using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace OrleansRegistry.Cli.Trust;

internal abstract class DomainCommand : RegistryCommand
{
    protected const string Collection = "domains";

    protected DomainCommand(string name, string description, string example)
        : base(name, description, example) => Add(Domain);

    protected Argument<string> Domain { get; } = new("domain") { Description = "The domain, such as agents.example." };

    protected string PathOf(CommandCall call, string action = "") => ApiPath.Of(Collection, call.Get(Domain), action);

    protected static bool IsProved(JsonElement proof) =>
        DomainNames.TryParseState(proof.Text("state")) is DomainState.Verified or DomainState.Failing;
}

internal sealed class DomainBeginCommand()
    : DomainCommand("begin", "Begins to prove that a domain is yours: says what to put where.", "registry domains begin agents.example")
{
    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("domain"u8, call.Get(Domain));
            json.WriteEndObject();
        }

        var api = (await call.ConnectAsync()).Api;
        using var answer = await api.SendAsync(HttpMethod.Post, Collection, body.ToArray(), null, call.Cancellation);
        if (call.IsJson)
        {
            call.Answer.Document(answer.Bytes);
            return ExitCode.Done;
        }

        var proof = answer.Json;
        call.Answer.Line($"Put {proof.Text("token")} into");
        call.Answer.Line($"  the TXT record {proof.Text("record_name")}");
        call.Answer.Line($"  or the file    {proof.Text("file_url")}");
        call.Answer.Line($"by {proof.Text("token_end")}, and then: registry domains verify {proof.Text("domain")}");
        return ExitCode.Done;
    }
}

internal sealed class DomainVerifyCommand() : DomainCommand(
    "verify", "Looks now whether the token is there; ends with 4 where the domain is not proved.", "registry domains verify agents.example")
{
    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var api = (await call.ConnectAsync()).Api;
        using var answer = await api.SendAsync(HttpMethod.Post, PathOf(call, ":verify"), null, null, call.Cancellation);
        var proof = answer.Json;
        if (call.IsJson)
        {
            call.Answer.Document(answer.Bytes);
        }
        else
        {
            call.Answer.Line($"{proof.Text("domain")}: {proof.Text("state")}{(proof.Text("reason") is { } reason ? $" ({reason})" : "")}");
        }

        return IsProved(proof) ? ExitCode.Done : ExitCode.Refused;
    }
}

internal sealed class DomainListCommand() : RegistryCommand("list", "Lists your domains.", "registry domains list")
{
    private const int LongestText = 300;

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var api = (await call.ConnectAsync()).Api;
        using var answer = await api.SendAsync(HttpMethod.Get, "domains", null, null, call.Cancellation);
        if (call.IsJson)
        {
            call.Answer.Document(answer.Bytes);
            return ExitCode.Done;
        }

        var table = new TextTable("domain", "state", "by", "found", "reason");
        foreach (var proof in answer.Json.Entries("domains"))
        {
            table.Add(
                Cell.Short(proof.Text("domain"), LongestText),
                Cell.Of(proof.Text("state") ?? "", proof.Text("state") == "verified" ? Color.Green : Color.Red),
                Cell.Short(proof.Text("method"), LongestText),
                Cell.Time(proof.Text("found_at")),
                Cell.Short(proof.Text("reason"), LongestText));
        }

        call.Answer.Table(table);
        return ExitCode.Done;
    }
}

internal sealed class DomainRemoveCommand()
    : DomainCommand("remove", "Removes a domain: it counts no more.", "registry domains remove agents.example")
{
    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var api = (await call.ConnectAsync()).Api;
        using var answer = await api.SendAsync(HttpMethod.Delete, PathOf(call), null, null, call.Cancellation);
        if (!call.IsJson)
        {
            call.Answer.Line($"removed {call.Get(Domain)}");
        }

        return ExitCode.Done;
    }
}
