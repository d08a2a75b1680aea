using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>Writes what is sent to agents. Cards are the bytes that were given, for the registry to judge.</summary>
internal static class AgentRequests
{
    public static ReadOnlyMemory<byte> Of(AgentRegistration registration) => TaskRequests.Object(json => Write(json, registration));

    public static ReadOnlyMemory<byte> Of(IReadOnlyList<AgentRegistration> registrations) => TaskRequests.Object(json =>
    {
        json.WriteStartArray("agents"u8);
        foreach (var registration in registrations)
        {
            json.WriteStartObject();
            Write(json, registration);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    public static ReadOnlyMemory<byte> Of(AgentPatch patch) => TaskRequests.Object(json =>
    {
        json.WriteGiven("agent_card", patch.CardPatch);
        json.WriteGiven("enabled", patch.Enabled);
        json.WriteGiven("workers", patch.Workers);
        json.WriteGiven("delivery", patch.Delivery?.ToName());
        if (patch is { DeliveryByCard: true, Delivery: null })
        {
            json.WriteNull("delivery"u8);
        }

        Write(json, patch.Credentials);
        json.WriteGiven("lifecycle", patch.LifeCycle?.ToName());
        Write(json, "deprecation_message", patch.Deprecation?.Message);
        Write(json, "successor", patch.Deprecation?.Successor);
        json.WriteGiven("compatibility", patch.Compatibility?.ToName());
        json.WriteGiven("force", patch.Force ? true : null);
        if (patch.EndsLease)
        {
            json.WriteNull("ttl"u8);
        }

        json.WriteGiven("ttl", (long?)patch.Ttl?.TotalSeconds);
        json.WriteGiven("ephemeral", patch.Ephemeral);
        if (patch is { ProbesAsUsual: true, ProbeInterval: null })
        {
            json.WriteNull("probe_seconds"u8);
        }

        json.WriteGiven("probe_seconds", (long?)patch.ProbeInterval?.TotalSeconds);
        if (patch is { ProbesByCard: true, ProbeUrl: null })
        {
            json.WriteNull("probe_url"u8);
        }

        json.WriteGiven("probe_url", patch.ProbeUrl);
        SharingMembers.Write(json, patch.Sharing);
    });

    public static ReadOnlyMemory<byte> Of(AgentQuery query) => TaskRequests.Object(json =>
    {
        json.WriteGiven("query", query.Text ?? "");
        json.WriteGiven("q", query.Words);
        json.WriteGiven("search", query.Search?.ToName());
        if (query.Vector is { } vector)
        {
            HttpVectors.Write(json, "vector", vector.Values.Span, "vector");
            json.WriteGiven("model", vector.Model);
        }

        if (query.Threshold is { } threshold)
        {
            json.WriteNumber("threshold"u8, double.IsFinite(threshold)
                ? threshold
                : throw RegistryException.Invalid("threshold", "is of search=vector alone, and a number from -1 to 1"));
        }

        AgentFilterRequests.Write(json, query);
        json.WriteGiven("sort", query.Sort?.ToString());
        json.WriteGiven("page_size", (long?)query.PageSize);
        json.WriteGiven("page_token", query.PageToken);
        json.WriteGiven("view", "record");
    });

    private static void Write(Utf8JsonWriter json, AgentRegistration registration)
    {
        // Beside a URL an empty card is none; else it is the registry's to refuse.
        json.WriteGiven("agent_card", registration is { CardUrl: not null, Card.IsEmpty: true } ? null : (ReadOnlyMemory<byte>?)registration.Card);
        json.WriteGiven("card_url", registration.CardUrl);
        json.WriteGiven("refresh_seconds", (long?)registration.RefreshInterval?.TotalSeconds);
        json.WriteGiven("agent_id", registration.Id);
        json.WriteGiven("enabled", registration.Enabled);
        json.WriteGiven("workers", registration.Workers);
        json.WriteGiven("delivery", registration.Delivery?.ToName());
        Write(json, registration.Credentials);
        json.WriteGiven("lifecycle", registration.LifeCycle?.ToName());
        Write(json, "deprecation_message", registration.Deprecation?.Message);
        Write(json, "successor", registration.Deprecation?.Successor);
        json.WriteGiven("compatibility", registration.Compatibility?.ToName());
        json.WriteGiven("force", registration.Force ? true : null);
        json.WriteGiven("ttl", (long?)registration.Ttl?.TotalSeconds);
        json.WriteGiven("ephemeral", registration.Ephemeral);
        json.WriteGiven("probe_seconds", (long?)registration.ProbeInterval?.TotalSeconds);
        json.WriteGiven("probe_url", registration.ProbeUrl);
        SharingMembers.Write(json, registration.Sharing);
    }

    /// <summary>Null is not sent, and empty as null: it takes back what was said.</summary>
    private static void Write(Utf8JsonWriter json, string name, string? said)
    {
        if (said is "")
        {
            json.WriteNull(name);
        }
        else
        {
            json.WriteGiven(name, said);
        }
    }

    private static void Write(Utf8JsonWriter json, AgentCredentials? credentials)
    {
        if (credentials is null)
        {
            return;
        }

        json.WriteStartObject("credentials"u8);
        foreach (var (name, value) in credentials.Headers)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
    }
}
