using System.Text.Json;

namespace OrleansRegistry.Trust.Grants;

/// <summary>Grants as records of trust.</summary>
internal static class GrantType
{
    public static TrustType<AgentGrant> Type { get; } = new("grant", Write, Read);

    /// <summary>The grant as a record has it, which knows its tenant and id.</summary>
    public static AgentGrant Of(TrustRecord<AgentGrant> record) => record.Value with { Tenant = record.Tenant, Id = record.Id };

    private static void Write(Utf8JsonWriter json, AgentGrant grant)
    {
        json.WriteString("agent_id"u8, grant.AgentId);
        json.WriteString("agent_since"u8, grant.AgentSince);
        json.WriteGiven("subject", grant.Grantee.Subject);
        json.WriteGiven("for_agent", grant.Grantee.AgentId);
        json.WriteGiven("for_agent_since", grant.GranteeSince);
        json.WriteGiven("actions", grant.Actions);
        json.WriteGiven("skills", grant.Skills);
        json.WriteBoolean("delegable"u8, grant.Delegable);
        json.WriteGiven("from", grant.From);
        json.WriteString("state"u8, grant.State.ToName());
        json.WriteString("created_by"u8, grant.CreatedBy);
        json.WriteString("created_at"u8, grant.CreatedAt);
        json.WriteGiven("expires_at", grant.ExpiresAt);
        if (grant.Lifetime is { } lifetime)
        {
            json.WriteNumber("lifetime_seconds"u8, (long)lifetime.TotalSeconds);
        }

        json.WriteGiven("message", grant.Message);
        json.WriteGiven("decided_by", grant.DecidedBy);
        json.WriteGiven("decided_at", grant.DecidedAt);
        json.WriteGiven("reason", grant.Reason);
    }

    private static AgentGrant Read(StoredObject json) => new()
    {
        Tenant = "",
        Id = "",
        AgentId = json.Text("agent_id"),
        AgentSince = json.Time("agent_since"),
        Grantee = new Grantee(json.TextOrNull("subject"), json.TextOrNull("for_agent")) is var grantee
            && grantee.Subject is null != grantee.AgentId is null
                ? grantee
                : throw new JsonException("it is for neither a subject nor an agent, or for both"),
        GranteeSince = json.TimeOrNull("for_agent_since"),
        Actions = json.Array("actions", ReadText),
        Skills = json.Array("skills", ReadText),
        Delegable = json.Flag("delegable"),
        From = json.TextOrNull("from"),
        State = GrantStates.TryParse(json.Text("state")) ?? throw new JsonException($"its state is not {GrantStates.AllNames}"),
        CreatedBy = json.Text("created_by"),
        CreatedAt = json.Time("created_at"),
        ExpiresAt = json.TimeOrNull("expires_at"),
        Lifetime = json.NumberOrNull("lifetime_seconds") is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        Message = json.TextOrNull("message"),
        DecidedBy = json.TextOrNull("decided_by"),
        DecidedAt = json.TimeOrNull("decided_at"),
        Reason = json.TextOrNull("reason"),
    };

    private static string ReadText(JsonElement json) => json.GetString() ?? throw new JsonException("an item is null");
}
