using System.CommandLine;
using System.Text.Json;

namespace OrleansRegistry.Cli.Trust;

/// <summary>Gives a grant, or asks for one.</summary>
internal abstract class GrantTermsCommand : RegistryCommand
{
    private readonly Argument<string> agent = new("agent") { Description = "The id of the agent that it is for." };
    private readonly Option<string[]> actions = new("--action")
    {
        Description = "read (see it), message or *; again for another. By default message.",
    };

    private readonly Option<string[]> skills = new("--skill")
    {
        Description = "The id of a skill that messages may ask for; again for another. By default any.",
    };

    private readonly Option<bool> delegable = new("--delegable") { Description = "Who has it may hand it on." };
    private readonly Option<long?> expires = new("--expires-in") { Description = "For how many seconds.", HelpName = "seconds" };
    private readonly Option<string?> message = new("--message") { Description = "What is said with it.", HelpName = "text" };

    protected GrantTermsCommand(string name, string description, params string[] examples)
        : base(name, description, examples)
    {
        Add(agent);
        Add(actions);
        Add(skills);
        Add(delegable);
        Add(expires);
        Add(message);
    }

    protected abstract string Path { get; }

    /// <summary>What is said beside that.</summary>
    protected abstract void Write(Utf8JsonWriter json, CommandCall call);

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var body = TaskRequests.Object(json =>
        {
            json.WriteString("agent_id"u8, call.Get(agent));
            json.WriteGiven("actions", call.Has(actions) ? call.Get(actions) : null);
            json.WriteGiven("skills", call.Has(skills) ? call.Get(skills) : null);
            json.WriteGiven("delegable", call.Get(delegable) ? true : null);
            json.WriteGiven("expires_in", call.Get(expires));
            json.WriteGiven("message", call.Get(message));
            Write(json, call);
        });
        var api = (await call.ConnectAsync()).Api;
        using var answer = await api.SendAsync(HttpMethod.Post, Path, body, null, call.Cancellation);
        GrantLines.Print(call, answer);
        return ExitCode.Done;
    }
}

internal sealed class GrantGiveCommand : GrantTermsCommand
{
    private readonly Option<string?> to = new("--to") { Description = "The subject to whom it is given.", HelpName = "subject" };
    private readonly Option<string?> toAgent = new("--to-agent") { Description = "In place of that, an agent.", HelpName = "id" };
    private readonly Option<string?> from = new("--from") { Description = "One's own grant that is handed on.", HelpName = "grant" };

    public GrantGiveCommand()
        : base(
            "give",
            "Lets somebody see an agent of one's own, or send it messages.",
            "registry grants give weather --to ann",
            "registry grants give weather --to-agent planner --skill forecast --expires-in 3600 --delegable")
    {
        Add(to);
        Add(toAgent);
        Add(from);
    }

    protected override string Path => "grants";

    protected override void Write(Utf8JsonWriter json, CommandCall call)
    {
        json.WriteStartObject("grantee"u8);
        json.WriteGiven("subject", call.Get(to));
        json.WriteGiven("agent_id", call.Get(toAgent));
        json.WriteEndObject();
        json.WriteGiven("from", call.Get(from));
    }
}

internal sealed class GrantRequestCommand : GrantTermsCommand
{
    private readonly Option<string?> forAgent = new("--for-agent")
    {
        Description = "For an agent that one acts for, and not oneself.",
        HelpName = "id",
    };

    public GrantRequestCommand()
        : base("request", "Asks an agent's owner for a grant, for a day unless said.", "registry grants request weather --message 'for the trip'") =>
        Add(forAgent);

    protected override string Path => "grants:request";

    protected override void Write(Utf8JsonWriter json, CommandCall call)
    {
        if (call.Get(forAgent) is { } agent)
        {
            json.WriteStartObject("grantee"u8);
            json.WriteString("agent_id"u8, agent);
            json.WriteEndObject();
        }
    }
}

internal sealed class GrantApproveCommand : RegistryCommand
{
    private readonly Argument<string> id = new("id") { Description = "The grant's id." };
    private readonly Option<long?> expires = new("--expires-in")
    {
        Description = "For how many seconds; by default as was asked.",
        HelpName = "seconds",
    };

    public GrantApproveCommand()
        : base("approve", "Gives what was asked for, for an agent of one's own.", "registry grants approve 0197f0c2a1b24c5e8d9f00112233aabb")
    {
        Add(id);
        Add(expires);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var body = TaskRequests.Object(json => json.WriteGiven("expires_in", call.Get(expires)));
        var api = (await call.ConnectAsync()).Api;
        using var answer = await api.SendAsync(HttpMethod.Post, ApiPath.Of("grants", call.Get(id), ":approve"), body, null, call.Cancellation);
        GrantLines.Print(call, answer);
        return ExitCode.Done;
    }
}

internal sealed class GrantRevokeCommand : RegistryCommand
{
    private readonly Argument<string> id = new("id") { Description = "The grant's id." };
    private readonly Option<string?> reason = new("--reason") { Description = "Why.", HelpName = "text" };

    public GrantRevokeCommand()
        : base(
            "revoke",
            "Takes a grant back, or does not give it; gives one's own up.",
            "registry grants revoke 0197f0c2a1b24c5e8d9f00112233aabb --reason 'the trip is over'")
    {
        Add(id);
        Add(reason);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var body = TaskRequests.Object(json => json.WriteGiven("reason", call.Get(reason)));
        var api = (await call.ConnectAsync()).Api;
        using var answer = await api.SendAsync(HttpMethod.Post, ApiPath.Of("grants", call.Get(id), ":revoke"), body, null, call.Cancellation);
        GrantLines.Print(call, answer);
        return ExitCode.Done;
    }
}

internal static class GrantLines
{
    public static void Print(CommandCall call, ApiAnswer answer)
    {
        if (call.IsJson)
        {
            call.Answer.Document(answer.Bytes);
        }
        else
        {
            call.Answer.Line($"{answer.Json.Text("id")} {answer.Json.Text("state")}: {GranteeOf(answer.Json)} for {answer.Json.Text("agent_id")}");
        }
    }

    public static string GranteeOf(JsonElement grant) => grant.Find("grantee") is not { } grantee ? ""
        : grantee.Text("agent_id") is { } agent ? $"agent {agent}" : grantee.Text("subject") ?? "";
}
