using System.CommandLine;
using System.Text.Json;
using OrleansRegistry.Cli.Agents;
using Spectre.Console;

namespace OrleansRegistry.Cli.Subscriptions;

internal sealed class SubscriptionAddCommand : RegistryCommand
{
    private readonly Argument<string> url = new("url") { Description = "Where events are sent." };
    private readonly Agents.AgentFilters filters = new();
    private readonly Option<bool> batch = new("--batch") { Description = "Sends events that wait together." };
    private readonly Option<bool> snapshot = new("--snapshot") { Description = "Begins with the agents that there are." };

    public SubscriptionAddCommand()
        : base(
            "add",
            "Has the registry tell a URL what happens to agents, and prints the secret that it signs with.",
            "registry subscriptions add https://example.com/hook --tag weather")
    {
        Add(url);
        filters.AddTo(this);
        Add(batch);
        Add(snapshot);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("url", call.Get(url));
            json.WriteStartObject("query");
            WriteQuery(json, filters.Query(call));
            json.WriteEndObject();
            json.WriteBoolean("batch", call.Get(batch));
            json.WriteBoolean("snapshot", call.Get(snapshot));
            json.WriteEndObject();
        }

        var api = (await call.ConnectAsync()).Api;
        using var answer = await api.SendAsync(HttpMethod.Post, "subscriptions", body.ToArray(), null, call.Cancellation);
        if (call.IsJson)
        {
            call.Answer.Document(answer.Bytes);
        }
        else
        {
            call.Answer.Line($"{answer.Json.Text("id")} is signed with {answer.Json.Text("secret")}");
        }

        return ExitCode.Done;
    }

    /// <summary>The parameters of a list as members of a body: <c>all.tag</c> is <c>tag</c> within <c>all</c>.</summary>
    private static void WriteQuery(Utf8JsonWriter json, IEnumerable<(string Name, string? Value)> query)
    {
        var given = query.Where(one => one.Value is not null).ToLookup(
            one => one.Name.Contains('.') ? one.Name[..one.Name.IndexOf('.', StringComparison.Ordinal)] : "");
        WriteMembers(json, given[""]);
        foreach (var rule in given.Where(rule => rule.Key.Length > 0))
        {
            json.WriteStartObject(rule.Key);
            WriteMembers(json, rule.Select(one => (one.Name[(rule.Key.Length + 1)..], one.Value)));
            json.WriteEndObject();
        }
    }

    private static void WriteMembers(Utf8JsonWriter json, IEnumerable<(string Name, string? Value)> members)
    {
        foreach (var member in members.GroupBy(one => one.Name, one => one.Value))
        {
            if (member.Key == AgentField.Enabled.Name)
            {
                json.WriteBoolean(member.Key, member.First() == "true");
                continue;
            }

            json.WriteStartArray(member.Key);
            foreach (var value in member)
            {
                json.WriteStringValue(value);
            }

            json.WriteEndArray();
        }
    }
}

internal sealed class SubscriptionListCommand : RegistryCommand
{
    private const int PageSize = 100;

    private readonly Option<int> limit = Pages.LimitOption();

    public SubscriptionListCommand()
        : base("list", "Lists your subscriptions, newest first.", "registry subscriptions list") => Add(limit);

    protected override Task<ExitCode> RunAsync(CommandCall call) => Pages.PrintAsync(
        call,
        "subscriptions",
        "subscriptions",
        PageSize,
        call.Get(limit),
        ["SUBSCRIPTION", "STATE", "UPDATED", "URL", "QUERY"],
        Row);

    private static Cell[] Row(JsonElement subscription) =>
    [
        Cell.Short(subscription.Text("id"), 256),
        subscription.Find("failure") is { } failure
            ? Cell.Of(failure.Text("reason") ?? "given up", Color.Red)
            : Cell.Of("active", Color.Green),
        Cell.Time(subscription.Text("updatedAt")),
        Cell.Short(subscription.Text("url"), 70),
        Cell.Short(subscription.Find("query")?.GetRawText(), 70),
    ];
}

internal sealed class SubscriptionRemoveCommand : RegistryCommand
{
    private readonly Argument<string> id = new("id") { Description = "The subscription's id." };

    public SubscriptionRemoveCommand()
        : base("remove", "Deletes a subscription.", "registry subscriptions remove 11111111-2222-4333-8444-555555555555") => Add(id);

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var api = (await call.ConnectAsync()).Api;
        using var answer = await api.SendAsync(
            HttpMethod.Delete, ApiPath.Of("subscriptions", call.Get(id)), null, null, call.Cancellation);
        if (!call.IsJson)
        {
            call.Answer.Line($"removed {call.Get(id)}");
        }

        return ExitCode.Done;
    }
}
