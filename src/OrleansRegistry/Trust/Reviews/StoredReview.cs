using System.Text.Json;
using OrleansRegistry.Trust.Signatures;

namespace OrleansRegistry.Trust.Reviews;

/// <summary>A review as it is stored, with what waits.</summary>
internal sealed record StoredReview
{
    public required string Id { get; init; }

    public required ReviewState State { get; init; }

    /// <summary>The card of the agent that the new one is to take the place of; null where the agent is new.</summary>
    public SignedSubject? Base { get; init; }

    public required string RequestedBy { get; init; }

    /// <summary>As whom it is registered: the agent's owner, where somebody who manages agents sent it.</summary>
    public required string ActsAs { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    public required HeldRegistration Held { get; init; }

    public string? DecidedBy { get; init; }

    public DateTimeOffset? DecidedAt { get; init; }

    public string? Reason { get; init; }

    /// <summary>Of one that is approved: the agent has the card. Until then it goes on after a process that ended.</summary>
    public bool IsApplied { get; init; }

    /// <summary>When there is something to be done by itself; null for nothing.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>How often the first notice was sent in vain.</summary>
    public int Attempts { get; init; }

    /// <summary>What the webhook is to be told still, in order.</summary>
    public IReadOnlyList<ReviewNotice> Notices { get; init; } = [];

    public RawJson Unknown { get; init; }

    public bool IsPending => State == ReviewState.Pending;

    /// <summary>The key by which the agent remembers that it got the card.</summary>
    public Caller Writer(string tenant) => new(tenant, ActsAs) { IdempotencyKey = $"review {Id}" };

    public AgentReview Shown(string agentId, bool withCard) => new(agentId, Id, State, Base is null, RequestedBy, RequestedAt)
    {
        DecidedBy = DecidedBy,
        DecidedAt = DecidedAt,
        Reason = Reason,
        Card = withCard ? Held.Card : default,
    };
}

/// <summary>What the webhook is told.</summary>
/// <param name="Id">The same again where it is sent again.</param>
/// <param name="Body">The request's.</param>
internal sealed record ReviewNotice(string Id, RawJson Body);

/// <summary>A registration that waits: what it said beside its card is registered with it.</summary>
/// <param name="Said">With the id of the agent, without a condition.</param>
/// <param name="Source">Where the card was fetched; null where it was sent.</param>
internal sealed record HeldRegistration(RawJson Card, AgentRegistration Said, AgentSource? Source)
{
    public static HeldRegistration Of(CheckedRegistration entry) => new(
        entry.Bytes,
        new AgentRegistration(entry.Bytes.Utf8, entry.Id, entry.Enabled)
        {
            Workers = entry.Workers,
            Delivery = entry.Delivery,
            Credentials = entry.Credentials,
            LifeCycle = entry.LifeCycle,
            Deprecation = entry.Deprecation,
            Compatibility = entry.Compatibility,
            Force = entry.Force,
            Ttl = entry.Lease?.Ttl,
            Ephemeral = entry.Lease?.Ephemeral,
            ProbeInterval = entry.Probe?.Interval,
            ProbeUrl = entry.Probe?.Url,
            Sharing = entry.Sharing,
        },
        entry.Source);

    /// <summary>Whether the other asks for the same. When cards were fetched does not count.</summary>
    public bool IsSame(HeldRegistration other) => Card == other.Card && Source?.Url == other.Source?.Url
        && Source?.RefreshInterval == other.Source?.RefreshInterval
        && HeldJson.Write(this with { Source = null }) == HeldJson.Write(other with { Source = null });
}

/// <summary>What a registration said beside its card, as a JSON object: members that are absent say nothing.</summary>
internal static class HeldJson
{
    public static RawJson Write(HeldRegistration held) => FieldsWriter.Write(held, Write);

    public static void Write(Utf8JsonWriter json, HeldRegistration held)
    {
        var said = held.Said;
        json.WriteGiven("enabled", said.Enabled);
        json.WriteGiven("workers", said.Workers);
        json.WriteGiven("delivery", said.Delivery?.ToName());
        if (said.Credentials is { } credentials)
        {
            AgentKind.WriteCredentials(json, credentials);
        }

        json.WriteGiven("lifecycle", said.LifeCycle?.ToName());
        json.WriteGiven("deprecation_message", said.Deprecation?.Message);
        json.WriteGiven("successor", said.Deprecation?.Successor);
        json.WriteGiven("compatibility", said.Compatibility?.ToName());
        json.WriteGiven("force", said.Force ? true : null);
        Seconds(json, "ttl_seconds", said.Ttl);
        json.WriteGiven("ephemeral", said.Ephemeral);
        Seconds(json, "probe_seconds", said.ProbeInterval);
        json.WriteGiven("probe_url", said.ProbeUrl);
        json.WriteGiven("visibility", said.Sharing?.Visibility?.ToName());
        json.WriteGiven("visible_to", said.Sharing?.VisibleTo);
        json.WriteGiven("messages_from", said.Sharing?.MessagesFrom?.ToName());
        if (held.Source is { } source)
        {
            AgentSourceJson.Write(json, source);
        }
    }

    public static HeldRegistration Read(StoredObject json, string agentId, RawJson card)
    {
        var message = json.TextOrNull("deprecation_message");
        var successor = json.TextOrNull("successor");
        var said = new AgentRegistration(card.Utf8, agentId, Flag(json, "enabled"))
        {
            Workers = Texts(json, "workers"),
            Delivery = json.TextOrNull("delivery") is { } delivery ? AgentDeliveries.TryParse(delivery) ?? throw Unknown("delivery") : null,
            Credentials = json.ObjectOrNull("credentials") is { } credentials ? AgentKind.ReadCredentials(credentials) : null,
            LifeCycle = json.TextOrNull("lifecycle") is { } lifeCycle ? AgentLifeCycles.TryParse(lifeCycle) ?? throw Unknown("lifecycle") : null,
            Deprecation = message is null && successor is null ? null : new AgentDeprecation(message, successor),
            Compatibility = json.TextOrNull("compatibility") is { } compatibility
                ? AgentCompatibilities.TryParse(compatibility) ?? throw Unknown("compatibility")
                : null,
            Force = Flag(json, "force") ?? false,
            Ttl = Seconds(json, "ttl_seconds"),
            Ephemeral = Flag(json, "ephemeral"),
            ProbeInterval = Seconds(json, "probe_seconds"),
            ProbeUrl = json.TextOrNull("probe_url"),
            Sharing = ReadSharing(json),
        };
        return new HeldRegistration(card, said, json.ObjectOrNull("source") is { } source ? AgentSourceJson.Read(source) : null);
    }

    private static AgentSharingChange? ReadSharing(StoredObject json)
    {
        var sharing = new AgentSharingChange
        {
            Visibility = json.TextOrNull("visibility") is { } seen ? AgentVisibilities.TryParse(seen) ?? throw Unknown("visibility") : null,
            VisibleTo = Texts(json, "visible_to"),
            MessagesFrom = json.TextOrNull("messages_from") is { } from ? AgentSendersNames.TryParse(from) ?? throw Unknown("messages_from") : null,
        };
        return sharing is { Visibility: null, VisibleTo: null, MessagesFrom: null } ? null : sharing;
    }

    private static string[]? Texts(StoredObject json, string name) =>
        json.Has(name) ? json.Array(name, text => text.GetString() ?? throw new JsonException($"one of '{name}' is null")) : null;

    private static JsonException Unknown(string name) => new($"'{name}' is not one that this version knows");

    private static bool? Flag(StoredObject json, string name) => json.Has(name) ? json.Flag(name) : null;

    private static TimeSpan? Seconds(StoredObject json, string name) =>
        json.NumberOrNull(name) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    private static void Seconds(Utf8JsonWriter json, string name, TimeSpan? time)
    {
        if (time is { } value)
        {
            json.WriteNumber(name, (long)value.TotalSeconds);
        }
    }
}
