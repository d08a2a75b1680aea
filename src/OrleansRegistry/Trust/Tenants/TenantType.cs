using System.Text.Json;
using OrleansRegistry.Trust.Records;

namespace OrleansRegistry.Trust.Tenants;

/// <summary>What is stored of a tenant.</summary>
internal sealed record StoredTenant(TenantState State, DateTimeOffset CreatedAt)
{
    public string? Description { get; init; }

    public string? Reason { get; init; }

    public TenantLimits Limits { get; init; } = new();
}

/// <summary>Tenants as records of trust, each within itself, so that it goes with the rest.</summary>
internal static class TenantType
{
    /// <summary>A tenant has one.</summary>
    public const string Id = "self";

    public static TrustType<StoredTenant> Type { get; } = new("tenant", Write, Read);

    private static void Write(Utf8JsonWriter json, StoredTenant tenant)
    {
        json.WriteString("state"u8, tenant.State.ToName());
        json.WriteString("created_at"u8, tenant.CreatedAt);
        json.WriteGiven("description", tenant.Description);

        json.WriteGiven("reason", tenant.Reason);
        json.WriteGiven("max_agents", tenant.Limits.Agents);
        json.WriteGiven("max_open_tasks", tenant.Limits.OpenTasks);
        json.WriteGiven("max_bytes", tenant.Limits.Bytes);
    }

    private static StoredTenant Read(StoredObject json) => new(
        TenantStates.TryParse(json.Text("state")) ?? throw new JsonException("its state is not known"), json.Time("created_at"))
    {
        Description = json.TextOrNull("description"),
        Reason = json.TextOrNull("reason"),
        Limits = new TenantLimits(json.NumberOrNull("max_agents"), json.NumberOrNull("max_open_tasks"), json.NumberOrNull("max_bytes")),
    };
}
