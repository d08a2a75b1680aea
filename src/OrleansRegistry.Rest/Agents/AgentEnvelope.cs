using OrleansRegistry.Rest.Liveness;
using OrleansRegistry.Rest.Probes;

namespace OrleansRegistry.Rest.Agents;

/// <summary>
/// What registers an agent, <c>{"agent_card": {…}, "agent_id": "…", "enabled": true, "workers": ["…"], "delivery": "worker",
/// "credentials": {"Authorization": "…"}, "lifecycle": "deprecated", "deprecation_message": "…", "successor": "…",
/// "ttl": 30, "ephemeral": true, "probe_seconds": 300, "probe_url": "https://…",
/// "visibility": "named", "visible_to": ["…"], "messages_from": "granted"}</c>, with
/// <c>"card_url": "https://…", "refresh_seconds": 3600</c> in place of the card, or the card alone.
/// </summary>
internal readonly record struct AgentEnvelope(
    ReadOnlyMemory<byte> Card,
    string? Id,
    bool? Enabled,
    IReadOnlyList<string>? Workers,
    AgentDelivery? Delivery,
    AgentCredentials? Credentials)
{
    private static readonly RequestMembers.Names Names =
        new("agent_card", "agent_id", "enabled", "workers", "delivery", "credentials", "card_url", "refresh_seconds", "lifecycle",
            "deprecation_message", "successor", "compatibility", "force", "ttl", "ephemeral", "probe_seconds", "probe_url",
            "visibility", "visible_to", "messages_from");

    private string? CardUrl { get; init; }

    private AgentLifeCycle? LifeCycle { get; init; }

    private AgentDeprecation? Deprecation { get; init; }

    private AgentCompatibility? Compatibility { get; init; }

    private bool Force { get; init; }

    private long? RefreshSeconds { get; init; }

    private TimeSpan? Ttl { get; init; }

    private bool? Ephemeral { get; init; }

    private TimeSpan? ProbeInterval { get; init; }

    private string? ProbeUrl { get; init; }

    private AgentSharingChange? Sharing { get; init; }

    /// <summary>Reads one. The card is a slice of <paramref name="json"/> and left to the registry to judge.</summary>
    /// <param name="what">How to call it in an error: <c>body</c>.</param>
    /// <exception cref="RegistryException">It is neither.</exception>
    public static AgentEnvelope Read(ReadOnlyMemory<byte> json, string what)
    {
        // A card may have members of its own that are called as an envelope's.
        if (!JsonMembers.Has(json, "agent_card"u8, what))
        {
            if (JsonMembers.Has(json, "name"u8, what))
            {
                return new AgentEnvelope(json, null, null, null, null, null);
            }

            // A card without a name is told as such, and not for members that an envelope does not have.
            if (!JsonMembers.Has(json, "card_url"u8, what))
            {
                throw Missing(what);
            }
        }

        var members = new RequestMembers(json, Names, what);
        var url = members.Text("card_url");
        var card = members.Document("agent_card");
        if (card is null && url is null)
        {
            throw Missing(what);
        }

        return new AgentEnvelope(
            card ?? default,
            members.Text("agent_id"),
            members.Boolean("enabled"),
            members.Texts("workers"),
            members.Delivery("delivery"),
            members.Credentials("credentials"))
        {
            CardUrl = url,
            RefreshSeconds = members.Number("refresh_seconds", min: 0),
            LifeCycle = members.LifeCycle("lifecycle"),
            Deprecation = members.Deprecation("deprecation_message", "successor"),
            Compatibility = members.Compatibility("compatibility"),
            Force = members.Boolean("force") ?? false,
            Ttl = LeaseJson.ReadTtl(members),
            Ephemeral = members.Boolean("ephemeral"),
            ProbeInterval = ProbeJson.ReadSeconds(members),
            ProbeUrl = members.Text("probe_url"),
            Sharing = members.Sharing("visibility", "visible_to", "messages_from"),
        };
    }

    /// <summary>The registration that this asks for.</summary>
    /// <param name="id">In place of the envelope's own, where the path names it.</param>
    public AgentRegistration ToRegistration(string? id = null) =>
        new(Card, id ?? Id, Enabled)
        {
            Workers = Workers,
            Delivery = Delivery,
            Credentials = Credentials,
            CardUrl = CardUrl,
            LifeCycle = LifeCycle,
            Deprecation = Deprecation,
            Compatibility = Compatibility,
            Force = Force,
            RefreshInterval = RefreshSeconds is { } seconds ? TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue)) : null,
            Ttl = Ttl,
            Ephemeral = Ephemeral,
            ProbeInterval = ProbeInterval,
            ProbeUrl = ProbeUrl,
            Sharing = Sharing,
        };

    private static RegistryException Missing(string what) =>
        RegistryException.Invalid(
            "agent_card", $"is missing; the {what} must be {{\"agent_card\": {{…}}}}, {{\"card_url\": \"…\"}} or an agent card");
}
