namespace OrleansRegistry.Directory.Tests;

/// <summary>An agent as the plain model has it.</summary>
internal sealed record ModelAgent(string Id, TestCard Card)
{
    public bool Enabled { get; init; }

    public string? Owner { get; init; }

    public AgentDelivery? Delivery { get; init; }

    public AgentLifeCycle LifeCycle { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>What it has of a field, by the words of docs/search.md.</summary>
    public IEnumerable<string> Values(string field)
    {
        var hasSkills = Card.Skills!.Length > 0;
        return field switch
        {
            "tag" => Card.Tags!.Union(hasSkills ? Card.SkillTags! : []),
            "skill" => Card.Skills!,
            "skill_tag" => hasSkills ? Card.SkillTags! : [],
            "category" => [Card.Category!],
            "capability" => Card.Capabilities!,
            "extension" => Card.Extensions!,
            "provider" => [Card.Provider!],
            "input_mode" => Card.InputModes!.Take(hasSkills ? int.MaxValue : 1),
            "output_mode" => Card.OutputModes!.Take(hasSkills ? int.MaxValue : 1),
            "binding" => Card.Interfaces!.Select(found => found.Binding ?? "JSONRPC"),
            "protocol_version" => Card.Interfaces!.Select(found => found.Version).OfType<string>(),
            "host" => Card.Interfaces!.Select(found => new Uri(found.Url).Host),
            "enabled" => [Enabled ? "true" : "false"],
            "delivery" => [(Delivery ?? (Card.Interfaces!.Length == 0 ? AgentDelivery.Worker : AgentDelivery.Listed)).ToName()],
            "owner" => Owner is null ? [] : [Owner],
            "lifecycle" => [LifeCycle.ToName()],
            "signature" => ["none"],
            "domain_verified" => ["false"],
            "trust_level" => [TrustLevels.Unverified],
            _ => [],
        };
    }
}

/// <summary>Answers queries by a look at every agent.</summary>
internal static class QueryModel
{
    public static bool Finds(AgentQuery query, ModelAgent agent)
    {
        foreach (var field in AgentField.All)
        {
            var has = agent.Values(field.Name).ToHashSet(ComparerOf(field));
            var (any, all, not) = (query.Any[field], query.All[field], query.Not[field]);
            if ((any.Count > 0 && !any.Any(has.Contains)) || !all.All(has.Contains) || not.Any(has.Contains))
            {
                return false;
            }
        }

        var isAsked = query.Any[AgentField.LifeCycle].Count + query.Not[AgentField.LifeCycle].Count > 0;
        string[] texts = [agent.Card.Name, agent.Card.Description, .. agent.Card.Skills!];
        return (isAsked || agent.LifeCycle == AgentLifeCycle.Active)
            && texts.Any(text => text.Contains(query.Text ?? "", StringComparison.OrdinalIgnoreCase));
    }

    public static string[] List(AgentQuery query, IEnumerable<ModelAgent> agents)
    {
        var found = agents.Where(agent => Finds(query, agent)).OrderBy(agent => agent.Id, StringComparer.Ordinal).ToList();
        var sort = query.Sort ?? default;
        found = sort.By switch
        {
            AgentSortKey.Id => sort.IsDescending ? [.. Enumerable.Reverse(found)] : found,
            AgentSortKey.Name => Order(agent => agent.Card.Name.ToLowerInvariant(), StringComparer.Ordinal),
            AgentSortKey.Updated => Order(agent => agent.UpdatedAt, Comparer<DateTimeOffset>.Default),
            _ => Order(agent => agent.CreatedAt, Comparer<DateTimeOffset>.Default),
        };
        return [.. found.Select(agent => agent.Id)];

        List<ModelAgent> Order<T>(Func<ModelAgent, T> key, IComparer<T> comparer) =>
            [.. sort.IsDescending ? found.OrderByDescending(key, comparer) : found.OrderBy(key, comparer)];
    }

    /// <summary>Each value in lower case where its case makes no difference, with how many agents have it.</summary>
    public static Dictionary<string, int> Facet(AgentQuery query, AgentField field, IEnumerable<ModelAgent> agents) => agents
        .Where(agent => Finds(query, agent)).SelectMany(agent => agent.Values(field.Name).Select(value => Plain(field, value)).Distinct())
        .CountBy(value => value).ToDictionary();

    public static string Plain(AgentField field, string value) =>
        ComparerOf(field).Equals(value, value.ToLowerInvariant()) ? value.ToLowerInvariant() : value;

    private static StringComparer ComparerOf(AgentField field) => field.Name is "provider" or "input_mode" or "output_mode" or "binding"
        ? StringComparer.OrdinalIgnoreCase
        : StringComparer.Ordinal;
}
