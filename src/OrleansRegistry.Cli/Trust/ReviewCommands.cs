using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace OrleansRegistry.Cli.Trust;

internal sealed class ReviewListCommand : RegistryCommand
{
    private const int PageSize = 100;

    private readonly Option<string?> state = new("--state") { Description = "Only those: pending, approved or rejected.", HelpName = "state" };
    private readonly Option<int> limit = Pages.LimitOption();

    public ReviewListCommand()
        : base("list", "Lists the agents and cards that wait for a review, or did.", "registry reviews list --state pending")
    {
        Add(state);
        Add(limit);
    }

    protected override Task<ExitCode> RunAsync(CommandCall call) => Pages.PrintAsync(
        call,
        ApiPath.With("reviews", ("state", call.Get(state))),
        "reviews",
        PageSize,
        call.Get(limit),
        ["AGENT", "STATE", "CHANGE", "BY", "SINCE", "DECIDED BY", "REASON"],
        Row);

    private static Cell[] Row(JsonElement review) =>
    [
        Cell.Short(review.Text("agent_id"), 70),
        Cell.Of(review.Text("state") ?? "", review.Text("state") switch { "approved" => Color.Green, "rejected" => Color.Red, _ => Color.Yellow }),
        Cell.Short(review.Text("change"), 10),
        Cell.Short(review.Text("requested_by"), 40),
        Cell.Time(review.Text("requested_at")),
        Cell.Short(review.Text("decided_by"), 40),
        Cell.Short(review.Text("reason"), 70),
    ];
}

internal abstract class ReviewCommand : RegistryCommand
{
    private readonly Argument<string> agent = new("agent") { Description = "The agent's id." };

    protected ReviewCommand(string name, string description, params string[] examples)
        : base(name, description, examples) => Add(agent);

    protected string PathOf(CommandCall call, string action = "") => ApiPath.Of("reviews", call.Get(agent), action);

    /// <param name="review">The id of the review that is meant; null: of what waits now.</param>
    protected async Task<ExitCode> DecideAsync(CommandCall call, string action, string? review, string? reason, string done)
    {
        var api = (await call.ConnectAsync()).Api;
        if (review is null)
        {
            using var waiting = await api.SendAsync(HttpMethod.Get, PathOf(call), null, null, call.Cancellation);
            review = waiting.Json.Text("id");
        }

        var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("review_id"u8, review);
            json.WriteGiven("reason", reason);
            json.WriteEndObject();
        }

        using var answer = await api.SendAsync(HttpMethod.Post, PathOf(call, $":{action}"), body.ToArray(), null, call.Cancellation);
        if (call.IsJson)
        {
            call.Answer.Document(answer.Bytes);
        }
        else
        {
            call.Answer.Line($"{done} {call.Get(agent)}");
        }

        return ExitCode.Done;
    }

    protected static Option<string?> ReviewOption() => new("--review")
    {
        Description = "The id of the review that is meant, as show has it; by default what waits now.",
        HelpName = "id",
    };
}

internal sealed class ReviewShowCommand() : ReviewCommand("show", "Shows the card that waits, and who sent it.", "registry reviews show weather")
{
    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var api = (await call.ConnectAsync()).Api;
        using var answer = await api.SendAsync(HttpMethod.Get, PathOf(call), null, null, call.Cancellation);
        call.Answer.Document(answer.Bytes);
        return ExitCode.Done;
    }
}

internal sealed class ReviewApproveCommand : ReviewCommand
{
    private readonly Option<string?> review = ReviewOption();

    public ReviewApproveCommand()
        : base("approve", "Has the agent get the card that waits.", "registry reviews approve weather") => Add(review);

    protected override Task<ExitCode> RunAsync(CommandCall call) => DecideAsync(call, "approve", call.Get(review), null, "approved");
}

internal sealed class ReviewRejectCommand : ReviewCommand
{
    private readonly Option<string?> review = ReviewOption();
    private readonly Option<string> reason = new("--reason") { Description = "Why; who asked for it is told.", Required = true };

    public ReviewRejectCommand()
        : base("reject", "Has the agent not get the card that waits.", "registry reviews reject weather --reason \"no such team\"")
    {
        Add(review);
        Add(reason);
    }

    protected override Task<ExitCode> RunAsync(CommandCall call) => DecideAsync(call, "reject", call.Get(review), call.Get(reason), "rejected");
}

internal sealed class ReviewPolicyCommand : RegistryCommand
{
    private readonly Option<string?> review = new("--review")
    {
        Description = "What waits: none, new (agents), or all (other cards too).",
        HelpName = "what",
    };

    private readonly Option<string?> hook = new("--hook") { Description = "A URL that is asked, and decides in place of that.", HelpName = "url" };
    private readonly Option<string?> onFailure = new("--on-failure")
    {
        Description = "Where it does not decide: deny, allow or review.",
        HelpName = "what",
    };

    private readonly Option<string?> webhook = new("--webhook") { Description = "A URL that is told what becomes of reviews.", HelpName = "url" };

    public ReviewPolicyCommand()
        : base(
            "policy",
            "Shows what waits for a review; with an option, asks for that from now on, and for nothing that is not named.",
            "registry reviews policy",
            "registry reviews policy --review all --webhook https://example.com/hook")
    {
        Add(review);
        Add(hook);
        Add(onFailure);
        Add(webhook);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        (string Name, string? Value)[] members =
        [
            ("review", call.Get(review)), ("hook_url", call.Get(hook)), ("on_failure", call.Get(onFailure)), ("webhook_url", call.Get(webhook)),
        ];
        var api = (await call.ConnectAsync()).Api;
        var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            foreach (var (name, value) in members.Where(member => member.Value is not null))
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        var isChange = members.Any(member => member.Value is not null);
        using var answer = await api.SendAsync(
            isChange ? HttpMethod.Put : HttpMethod.Get, "review-policy", isChange ? body.ToArray() : null, null, call.Cancellation);
        call.Answer.Document(answer.Bytes);
        return ExitCode.Done;
    }
}
