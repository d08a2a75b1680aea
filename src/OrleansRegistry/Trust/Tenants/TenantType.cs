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
        if (tenant.Description is not null)
        {
            json.WriteString("description"u8, tenant.Description);
        }

        if (tenant.Reason is not null)
        {
            json.WriteString("reason"u8, tenant.Reason);
        }

        Write(json, "max_agents", tenant.Limits.Agents);
        Write(json, "max_open_tasks", tenant.Limits.OpenTasks);
        Write(json, "max_bytes", tenant.Limits.Bytes);
    }

    private static void Write(Utf8JsonWriter json, string name, long? limit)
    {
        if (limit is { } value)
        {
            json.WriteNumber(name, value);
        }
    }

    private static StoredTenant Read(StoredObject json) => new(
        TenantStates.TryParse(json.Text("state")) ?? throw new JsonException("its state is not known"), json.Time("created_at"))
    {
        Description = json.TextOrNull("description"),
        Reason = json.TextOrNull("reason"),
        Limits = new TenantLimits(json.NumberOrNull("max_agents"), json.NumberOrNull("max_open_tasks"), json.NumberOrNull("max_bytes")),
    };
}
