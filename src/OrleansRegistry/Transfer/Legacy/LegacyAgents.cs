using System.Text.Json;

namespace OrleansRegistry.Transfer;

/// <summary>
/// Agents of registry 000 (cards by their ids) and of registry 002 (a list of descriptors, which this registry takes for cards as they are, with
/// <c>id</c>, <c>enabled</c> and <c>deployedAt</c> in them).
/// </summary>
internal sealed class LegacyAgents(LineCheck check, Caller caller, DateTimeOffset now)
{
    private readonly Dictionary<string, ExtensionOrigin> origins = new(StringComparer.Ordinal);

    public IEnumerable<CheckedLine> Read(IEnumerable<LegacyEntry> entries) => entries.SelectMany(entry => entry.Read(entry => [Read(entry)]));

    private CheckedLine Read(LegacyEntry entry)
    {
        var wrapped = entry.Json.TryGetProperty("agent_card", out var inner) ? entry with { Json = inner } : entry;
        var isDescriptor = entry.Name is null && wrapped.Text("id") is { Length: > 0 };
        var id = entry.Name ?? (isDescriptor ? wrapped.Text("id") : wrapped.Text("name")) ?? throw new JsonException("it has no name");
        var card = RawJson.FromValid(wrapped.Bytes);
        var parsed = check.Card(card);
        var at = DeployedAt(wrapped) ?? now;
        var agent = new AgentRecord
        {
            Tenant = caller.Tenant,
            Id = id,
            Card = card,
            Enabled = !(wrapped.Json.TryGetProperty("enabled", out var enabled) && enabled.ValueKind == JsonValueKind.False),
            CreatedAt = at,
            UpdatedAt = at,
            Owner = caller.Subject,
            ExtensionOrigins = ExtensionOrigins.For(parsed, id, at, [.. origins.Values]),
            Workers = [],
            Requests = [],
        };
        foreach (var origin in agent.ExtensionOrigins)
        {
            origins.TryAdd(origin.Uri, origin);
        }

        var line = new RecordLine(AgentKind.Kind.Name, new RecordKey(caller.Tenant, id), 0, AgentKind.Write(agent));
        return check.Check(entry.Number, line) with { IsBare = true };
    }

    /// <summary>Milliseconds since 1970.</summary>
    private static DateTimeOffset? DeployedAt(LegacyEntry entry) =>
        entry.Json.TryGetProperty("deployedAt", out var at) && at.ValueKind == JsonValueKind.Number && at.TryGetInt64(out var milliseconds)
            && milliseconds is >= 0 and < 253_402_300_800_000
        ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
        : null;
}
