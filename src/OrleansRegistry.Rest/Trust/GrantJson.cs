using System.Text.Json;

namespace OrleansRegistry.Rest.Trust;

/// <summary>Reads and writes grants.</summary>
internal static class GrantJson
{
    public static RequestMembers.Names Terms { get; } =
        new("agent_id", "grantee", "actions", "skills", "delegable", "expires_in", "from", "message");

    private static readonly RequestMembers.Names GranteeNames = new("subject", "agent_id");

    public static void Write(Utf8JsonWriter json, AgentGrant grant)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, grant.Id);
        json.WriteString("agent_id"u8, grant.AgentId);
        json.WriteStartObject("grantee"u8);
        if (grant.Grantee.AgentId is { } agent)
        {
            json.WriteString("agent_id"u8, agent);
        }
        else
        {
            json.WriteString("subject"u8, grant.Grantee.Subject);
        }

        json.WriteEndObject();
        json.WriteGiven("actions", grant.Actions);
        json.WriteGiven("skills", grant.Skills);
        json.WriteBoolean("delegable"u8, grant.Delegable);
        json.WriteGiven("from", grant.From);
        json.WriteString("state"u8, grant.State.ToName());
        json.WriteString("created_by"u8, grant.CreatedBy);
        json.WriteTime("created_at", grant.CreatedAt);
        json.WriteTime("expires_at", grant.ExpiresAt);

        if (grant.Lifetime is { } lifetime)
        {
            json.WriteNumber("expires_in"u8, (long)lifetime.TotalSeconds);
        }

        json.WriteGiven("message", grant.Message);
        json.WriteGiven("decided_by", grant.DecidedBy);
        json.WriteTime("decided_at", grant.DecidedAt);
        json.WriteGiven("reason", grant.Reason);
        json.WriteEndObject();
    }

    public static GrantTerms ReadTerms(RequestMembers members)
    {
        var usual = new GrantTerms(members.Text("agent_id") ?? throw members.Missing("agent_id", "it says for which agent"));
        return usual with
        {
            Grantee = members.Object("grantee") is { } grantee ? ReadGrantee(grantee) : null,
            Actions = members.Texts("actions") ?? usual.Actions,
            Skills = members.Texts("skills") ?? [],
            Delegable = members.Boolean("delegable") ?? false,
            Lifetime = ReadSeconds(members),
            From = members.Text("from"),
            Message = members.Text("message"),
        };
    }

    /// <summary>A time in seconds, for the registry to judge.</summary>
    public static TimeSpan? ReadSeconds(RequestMembers members) =>
        members.Number("expires_in", min: 0) is { } seconds ? TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue)) : null;

    private static Grantee ReadGrantee(ReadOnlyMemory<byte> json)
    {
        var members = new RequestMembers(json, GranteeNames, "grantee", "grantee.");
        return new Grantee(members.Text("subject"), members.Text("agent_id"));
    }
}
