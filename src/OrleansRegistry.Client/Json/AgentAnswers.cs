using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>Reads agents and extensions as the REST API answers them.</summary>
internal static class AgentAnswers
{
    /// <param name="tenant">The caller's: answers do not name it.</param>
    public static AgentRecord Read(JsonElement agent, string tenant) => new()
    {
        Tenant = tenant,
        Id = agent.Required("agent_id"),
        Card = JsonInput.Copy(agent.GetProperty("agent_card")),
        Enabled = agent.Flag("enabled"),
        Revision = agent.Number("revision"),
        CreatedAt = agent.Time("created_at"),
        UpdatedAt = agent.Time("updated_at"),
        Owner = agent.Text("owner"),
        Workers = agent.Strings("workers"),
        Delivery = AgentDeliveries.TryParse(agent.Text("delivery")),

        // The headers are never told.
        Credentials = agent.Strings("credentials_for") is { Length: > 0 } origins
            ? new AgentCredentials(new Dictionary<string, string>()) { Origins = origins }
            : null,
        Stamp = agent.Number("version_number") is > 1 and var number
            ? new CardStamp(number, agent.Time("card_written_at"), agent.Text("card_written_by"))
            : null,
        Labels = agent.Find("labels") is { } labels
            ? [.. labels.EnumerateObject().Select(label => new AgentLabel(label.Name, label.Value.GetInt64()))]
            : [],
        Compatibility = AgentCompatibilities.TryParse(agent.Text("compatibility")) ?? AgentCompatibility.None,
        LifeCycle = AgentLifeCycles.TryParse(agent.Text("lifecycle")) ?? AgentLifeCycle.Active,
        Deprecation = (agent.Text("deprecation_message"), agent.Text("successor")) is var (message, successor) && (message ?? successor) is not null
            ? new AgentDeprecation(message, successor)
            : null,
        DomainVerified = agent.Flag("domain_verified"),
        TrustLevel = agent.Text("trust_level") ?? TrustLevels.Unverified,
        Activity = agent.Find("activity") is { } activity ? ReadActivity(activity) : null,
        Source = agent.Text("source_url") is { } url ? ReadSource(url, agent) : null,
        Lease = agent.Find("lease") is { } lease ? LeaseAnswers.ReadLease(lease, agent) : null,
        VectorStamp = agent.Find("vectors") is { } vectors
            ? new AgentVectorInfo(
                vectors.Required("model"), (int)vectors.Number("dimensions"), (int)vectors.Number("count"), vectors.Time("written_at"))
            : null,
        Instances = agent.Entries("instances").Select(InstanceAnswers.Read).ToArray(),
        Probe = agent.Find("probe") is { } probe ? ProbeAnswers.ReadProbe(probe) : null,
        Signature = SignatureAnswers.Read(agent),
        Sharing = SharingMembers.Read(agent),
    };

    public static AgentWriteResult ReadWritten(JsonElement written, string tenant) => new(
        Read(written.GetProperty("agent"), tenant),
        written.Flag("created"),
        ReadWarnings(written),
        (int)written.Number("extensions_processed"))
    {
        Repeated = written.Flag("repeated"),
        Breaks = written.Find("verdict") is null ? null : ReadBreaks(written),
        Review = written.Find("review") is { } review ? HttpReviews.Read(review) : null,
    };

    public static AgentRefresh ReadRefresh(JsonElement refresh, string tenant) =>
        new(Read(refresh.GetProperty("agent"), tenant), refresh.Flag("changed"), ReadWarnings(refresh))
        {
            Review = refresh.Find("review") is { } review ? HttpReviews.Read(review) : null,
        };

    /// <summary>An entry of a batch's answer.</summary>
    public static AgentBatchResult ReadEntry(JsonElement entry, string tenant) => entry.Flag("success")
        ? new AgentBatchResult(ReadWritten(entry, tenant), null)
        : new AgentBatchResult(null, ReadRefusal(entry));

    /// <summary>Why one of many was refused.</summary>
    public static RegistryException ReadRefusal(JsonElement entry) =>
        new(RegistryErrorCode.Parse(entry.Text("code")) ?? RegistryError.Invalid, entry.Text("error") ?? "refused", entry.Text("field"));

    public static AgentMatch ReadMatch(JsonElement match) =>
        new(match.Required("agent_id"), match.Find("score")?.GetDouble() ?? 0, ReadHighlights(match))
        {
            TextScore = match.Find("text_score")?.GetDouble(),
            MeaningScore = match.Find("meaning_score")?.GetDouble(),
            MeaningField = match.Text("meaning_field"),
        };

    /// <summary>Null where the list is not a ranked one, or the registry an older one.</summary>
    public static AgentSearchInfo? ReadSearch(JsonElement page) =>
        page.Find("search") is { } search && AgentSearchModes.TryParse(search.Required("mode")) is { } mode
            ? new AgentSearchInfo(mode, search.Text("fallback"), (int)search.Number("waiting"))
            : null;

    public static AgentHighlight[] ReadHighlights(JsonElement match) =>
    [
        .. match.Entries("highlights").Select(highlight => new AgentHighlight(
            highlight.Required("field"),
            highlight.Required("text"),
            [.. highlight.Entries("ranges").Select(range => new TextRange(range[0].GetInt32(), range[1].GetInt32()))])),
    ];

    public static AgentStats ReadStats(JsonElement stats) => new(
        (int)stats.Number("total"),
        (int)stats.Number("enabled"),
        (int)stats.Number("disabled"),
        (int)stats.Number("tags"),
        (int)stats.Number("categories"),
        (int)stats.Number("skills"),
        (int)stats.Number("extensions"),
        stats.Number("revision"))
    {
        Healthy = (int)stats.Number("healthy"),
        Unhealthy = (int)stats.Number("unhealthy"),
        Expired = (int)stats.Number("expired"),
        EmbeddingLag = (int)stats.Number("embedding_lag"),
    };

    public static ExtensionInfo ReadExtension(JsonElement extension) => new(
        extension.Required("uri"),
        extension.Text("description") ?? "",
        extension.Flag("required"),
        extension.Document("params"),
        extension.Text("first_declared_by_agent") ?? "",
        extension.Time("first_declared_at"),
        extension.Text("trust_level") ?? TrustLevels.Unspecified,
        extension.Strings("declaring_agents"),
        (int)extension.Number("usage_count"));

    public static CardBreak[] ReadBreaks(JsonElement answer) =>
        [.. answer.Entries("breaks").Select(found => new CardBreak(found.Required("rule"), found.Text("value") ?? "", found.Text("message") ?? ""))];

    public static CardChange[] ReadChanges(JsonElement answer) =>
        [.. answer.Entries("changes").Select(change => new CardChange(change.Text("path") ?? "", Value(change, "before"), Value(change, "after")))];

    private static RawJson Value(JsonElement change, string name) => change.TryGetProperty(name, out var value) ? JsonInput.Copy(value) : default;

    private static AgentActivity ReadActivity(JsonElement activity) => new(
        (int)activity.Number("open_tasks"), ReadOutcomes(activity.GetProperty("last_hour")), ReadOutcomes(activity.GetProperty("last_day")));

    private static AgentOutcomes ReadOutcomes(JsonElement outcomes) => new(
        (int)outcomes.Number("completed"),
        (int)outcomes.Number("failed"),
        outcomes.Find("median_seconds") is { } median ? TimeSpan.FromSeconds(median.GetDouble()) : null);

    public static CardWarning[] ReadWarnings(JsonElement written) =>
        [.. written.Entries("warnings").Select(warning => new CardWarning(warning.Required("field"), warning.Required("message")))];

    private static AgentSource ReadSource(string url, JsonElement agent) => new()
    {
        Url = url,
        FetchedAt = agent.Time("fetched_at"),
        RefreshInterval = agent.Number("refresh_seconds") is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : null,
        Failure = agent.TryGetProperty("fetch_failure", out var failure)
            ? new AgentSourceFailure(failure.Required("reason"), failure.Time("at"), (int)failure.Number("attempts"))
            : null,
    };
}
