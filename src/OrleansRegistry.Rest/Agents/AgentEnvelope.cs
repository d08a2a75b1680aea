namespace OrleansRegistry.Rest.Agents;

/// <summary>
/// What registers an agent, <c>{"agent_card": {…}, "agent_id": "…", "enabled": true, "workers": ["…"], "delivery": "worker",
/// "credentials": {"Authorization": "…"}}</c>, or the card alone.
/// </summary>
internal readonly record struct AgentEnvelope(
    ReadOnlyMemory<byte> Card,
    string? Id,
    bool? Enabled,
    IReadOnlyList<string>? Workers,
    AgentDelivery? Delivery,
    AgentCredentials? Credentials)
{
    private static readonly RequestMembers.Names Names = new("agent_card", "agent_id", "enabled", "workers", "delivery", "credentials");

    /// <summary>Reads one. The card is a slice of <paramref name="json"/> and left to the registry to judge.</summary>
    /// <param name="what">How to call it in an error: <c>body</c>.</param>
    /// <exception cref="RegistryException">It is neither.</exception>
    public static AgentEnvelope Read(ReadOnlyMemory<byte> json, string what)
    {
        // A card may have members of its own that are called as an envelope's.
        if (!JsonMembers.Has(json, "agent_card"u8, what))
        {
            return JsonMembers.Has(json, "name"u8, what)
                ? new AgentEnvelope(json, null, null, null, null, null)
                : throw Missing(what);
        }

        var members = new RequestMembers(json, Names, what);
        var card = members.Document("agent_card") ?? throw Missing(what);
        return new AgentEnvelope(
            card,
            members.Text("agent_id"),
            members.Boolean("enabled"),
            members.Texts("workers"),
            members.Delivery("delivery"),
            members.Credentials("credentials"));
    }

    /// <summary>The registration that this asks for.</summary>
    /// <param name="id">In place of the envelope's own, where the path names it.</param>
    public AgentRegistration ToRegistration(string? id = null) =>
        new(Card, id ?? Id, Enabled) { Workers = Workers, Delivery = Delivery, Credentials = Credentials };

    private static RegistryException Missing(string what) =>
        RegistryException.Invalid("agent_card", $"is missing; the {what} must be {{\"agent_card\": {{…}}}} or an agent card");
}
