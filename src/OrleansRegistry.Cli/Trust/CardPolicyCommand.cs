using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;

namespace OrleansRegistry.Cli.Trust;

/// <summary>Shows or changes what the tenant asks of cards, and how far it trusts owners and extensions.</summary>
internal sealed class CardPolicyCommand : RegistryCommand
{
    private const string Path = "card-policy";
    private const string Any = "any";
    private const string Levels = "unverified, community, verified or official";

    private readonly Option<bool?> signature = new("--require-signature")
    {
        Description = "Whether cards must have a valid signature.",
        HelpName = "true|false",
    };

    private readonly Option<bool?> domain = new("--require-domain")
    {
        Description = "Whether owners must have proved the domains of cards.",
        HelpName = "true|false",
    };

    private readonly Option<string?> least = new("--minimum")
    {
        Description = $"The least trust level of new agents and of new cards: {Levels}; {Any} for no such rule.",
        HelpName = "level",
    };

    private readonly Option<string[]> owners = new("--owner")
    {
        Description = $"How far all agents of a subject are trusted: {Levels}; {Any}: as each is verified. Again for another.",
        HelpName = "subject=level",
    };

    private readonly Option<string[]> extensions = new("--extension")
    {
        Description = $"How far an extension is trusted: {Levels}; {Any}: as the registry says. Again for another.",
        HelpName = "uri=level",
    };

    private readonly Option<string[]> allowed = new("--allow")
    {
        Description = $"An extension that cards may declare, in place of those before; again for another. {Any}: all.",
        HelpName = "uri",
    };

    public CardPolicyCommand()
        : base(
            "policy",
            "Shows what the tenant asks of cards, and whom it trusts how far; with an option, changes that and leaves the rest.",
            "registry trust policy",
            "registry trust policy --minimum verified --owner ops=official --allow urn:example:traces")
    {
        Add(signature);
        Add(domain);
        Add(least);
        Add(owners);
        Add(extensions);
        Add(allowed);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var minimum = call.Get(least) is { } text ? LevelOf(text) : null;
        var ofOwners = Pairs(call.Get(owners));
        var ofExtensions = Pairs(call.Get(extensions));
        var api = (await call.ConnectAsync()).Api;
        using var known = await api.SendAsync(HttpMethod.Get, Path, null, null, call.Cancellation);
        if (!call.Has(signature) && !call.Has(domain) && !call.Has(least) && !call.Has(owners) && !call.Has(extensions) && !call.Has(allowed))
        {
            call.Answer.Document(known.Bytes);
            return ExitCode.Done;
        }

        var policy = JsonNode.Parse(known.Bytes)!.AsObject();
        policy["require_signature"] = call.Get(signature) ?? policy["require_signature"]?.GetValue<bool>() ?? false;
        policy["require_domain"] = call.Get(domain) ?? policy["require_domain"]?.GetValue<bool>() ?? false;
        if (call.Has(least))
        {
            policy["minimum_trust_level"] = minimum ?? TrustLevels.Unspecified;
        }

        Put(policy, "owner_trust_levels", ofOwners);
        Put(policy, "extension_trust_levels", ofExtensions);
        if (call.Get(allowed) is { Length: > 0 } uris)
        {
            policy["extensions"] = uris is [Any] ? null : new JsonArray([.. uris.Select(uri => JsonValue.Create(uri))]);
        }

        using var answer = await api.SendAsync(HttpMethod.Put, Path, Encoding.UTF8.GetBytes(policy.ToJsonString()), null, call.Cancellation);
        call.Answer.Document(answer.Bytes);
        return ExitCode.Done;
    }

    /// <summary>What is said of each, as it is sent; null takes away what was said.</summary>
    private static List<(string Of, string? Level)> Pairs(string[]? texts) =>
    [
        .. (texts ?? []).Select(text => text.LastIndexOf('=') is > 0 and var equals
            ? (text[..equals], LevelOf(text[(equals + 1)..]))
            : throw CliException.Usage($"'{text}' must have a level behind a '=': {Levels}, or {Any}.")),
    ];

    private static string? LevelOf(string text)
    {
        var level = "TRUST_LEVEL_" + text.ToUpperInvariant();
        return text == Any ? null
            : level != TrustLevels.Unspecified && TrustLevels.All.Contains(level) ? level
            : throw CliException.Usage($"'{text}' is no level: it must be {Levels}, or {Any}.");
    }

    private static void Put(JsonObject policy, string name, List<(string Of, string? Level)> pairs)
    {
        if (pairs.Count == 0)
        {
            return;
        }

        var levels = policy[name]?.AsObject() ?? [];
        foreach (var (of, level) in pairs)
        {
            levels.Remove(of);
            if (level is not null)
            {
                levels[of] = level;
            }
        }

        policy[name] = levels.Parent is null ? levels : levels.DeepClone();
    }
}
