using System.Text.Json;

namespace OrleansRegistry.Rest.Agents;

/// <summary>What registers an agent: <c>{"agent_card": {…}, "agent_id": "…", "enabled": true, "workers": ["…"]}</c>, or the card alone.</summary>
internal readonly record struct AgentEnvelope(ReadOnlyMemory<byte> Card, string? Id, bool? Enabled, IReadOnlyList<string>? Workers)
{
    /// <summary>Reads one. The card is a slice of <paramref name="json"/> and left to the registry to judge.</summary>
    /// <param name="what">How to call it in an error: <c>body</c>.</param>
    /// <exception cref="RegistryException">It is neither.</exception>
    public static AgentEnvelope Read(ReadOnlyMemory<byte> json, string what)
    {
        ReadOnlyMemory<byte>? card = null;
        string? id = null;
        bool? enabled = null;
        IReadOnlyList<string>? workers = null;
        var unknown = 0;
        string? twice = null;
        RegistryException? fault = null;
        var hasName = false;
        var seen = Members.None;

        var members = new JsonMembers(json, what);
        while (members.Next())
        {
            var member = Known(members);
            if (member == Members.None)
            {
                hasName |= members.NameIs("name"u8);
                unknown++;
                continue;
            }

            twice ??= seen.HasFlag(member) ? members.Name : null;
            seen |= member;
            try
            {
                switch (member)
                {
                    case Members.Card:
                        card = members.Value;
                        break;
                    case Members.Id when !members.IsAbsent:
                        id = JsonValues.Text(members.Value, "agent_id");
                        break;
                    case Members.Enabled when !members.IsAbsent:
                        enabled = JsonValues.Boolean(members.ValueType, "enabled");
                        break;
                    case Members.Workers when !members.IsAbsent:
                        workers = JsonValues.Texts(members.Value, "workers");
                        break;
                }
            }
            catch (RegistryException thrown)
            {
                // Only a fault if this turns out to be an envelope: a card may have such a member of its own.
                fault ??= thrown;
            }
        }

        if (card is null)
        {
            return hasName
                ? new AgentEnvelope(json, null, null, null)
                : throw RegistryException.Invalid("agent_card", $"is missing; the {what} must be {{\"agent_card\": {{…}}}} or an agent card");
        }

        if (twice is not null)
        {
            throw RegistryException.Invalid(twice, "is there more than once");
        }

        if (unknown > 0)
        {
            throw RegistryException.Invalid(FirstUnknown(json), "is no member of a registration; it takes agent_card, agent_id, enabled, workers");
        }

        return fault is null ? new AgentEnvelope(card.Value, id, enabled, workers) : throw fault;
    }

    /// <summary>The registration that this asks for.</summary>
    /// <param name="id">In place of the envelope's own, where the path names it.</param>
    public AgentRegistration ToRegistration(string? id = null, WriteCondition condition = default) =>
        new(Card, id ?? Id, Enabled, condition) { Workers = Workers };

    private static Members Known(in JsonMembers members) =>
        members.NameIs("agent_card"u8) ? Members.Card
        : members.NameIs("agent_id"u8) ? Members.Id
        : members.NameIs("enabled"u8) ? Members.Enabled
        : members.NameIs("workers"u8) ? Members.Workers
        : Members.None;

    /// <summary>A second look, as names become text only where one is to blame.</summary>
    private static string FirstUnknown(ReadOnlyMemory<byte> json)
    {
        var members = new JsonMembers(json, "body");
        while (members.Next() && Known(members) != Members.None)
        {
        }

        return members.Name;
    }

    [Flags]
    private enum Members
    {
        None = 0,
        Card = 1,
        Id = 2,
        Enabled = 4,
        Workers = 8,
    }
}
