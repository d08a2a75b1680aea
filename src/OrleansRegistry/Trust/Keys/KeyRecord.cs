using System.Text.Json;

namespace OrleansRegistry.Trust.Keys;

/// <summary>A key as it is stored: of secrets only hashes (SHA-256 of the key's text, whose secret part has full entropy).</summary>
internal sealed record KeyRecord
{
    public static TrustType<KeyRecord> Type { get; } = new("key", Write, Read);

    public required string Subject { get; init; }

    public required IReadOnlyList<string> Roles { get; init; }

    public IReadOnlyList<string>? Agents { get; init; }

    public string? Description { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    /// <summary>By what its maker was let in; null where nobody asked.</summary>
    public string? CreatedWith { get; init; }

    /// <summary>The settings give its secret, at each start.</summary>
    public bool IsGiven { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public required byte[] Hash { get; init; }

    public DateTimeOffset? RotatedAt { get; init; }

    public byte[]? PreviousHash { get; init; }

    public DateTimeOffset? PreviousUntil { get; init; }

    /// <summary>Whether it lets in the same caller by the same secrets: in a database that was put back, a version can be another record's.</summary>
    public bool IsAs(KeyRecord other) => Subject == other.Subject && ExpiresAt == other.ExpiresAt && PreviousUntil == other.PreviousUntil
        && Hash.AsSpan().SequenceEqual(other.Hash) && PreviousHash.AsSpan().SequenceEqual(other.PreviousHash)
        && Roles.SequenceEqual(other.Roles) && (Agents ?? []).SequenceEqual(other.Agents ?? []) && (Agents is null) == (other.Agents is null);

    private static void Write(Utf8JsonWriter json, KeyRecord key)
    {
        json.WriteString("subject"u8, key.Subject);
        json.WriteGiven("roles", key.Roles);
        json.WriteGiven("agents", key.Agents);
        json.WriteGiven("description", key.Description);
        json.WriteString("created_at"u8, key.CreatedAt);
        json.WriteString("created_by"u8, key.CreatedBy);
        json.WriteGiven("created_with", key.CreatedWith);
        json.WriteGiven("given", key.IsGiven ? true : null);
        json.WriteGiven("expires_at", key.ExpiresAt);
        json.WriteBase64String("hash"u8, key.Hash);
        json.WriteGiven("rotated_at", key.RotatedAt);

        if (key is { PreviousHash: { } previous, PreviousUntil: { } until })
        {
            json.WriteBase64String("previous_hash"u8, previous);
            json.WriteString("previous_until"u8, until);
        }
    }

    private static KeyRecord Read(StoredObject key)
    {
        _ = (key.Has("agents"), key.Has("previous_hash"), key.Has("previous_until"));
        return new KeyRecord
        {
            Subject = key.Text("subject"),
            Roles = key.Array("roles", ReadText),
            Agents = key.Has("agents") ? key.Array("agents", ReadText) : null,
            Description = key.TextOrNull("description"),
            CreatedAt = key.Time("created_at"),
            CreatedBy = key.Text("created_by"),
            CreatedWith = key.TextOrNull("created_with"),
            IsGiven = key.Has("given") && key.Flag("given"),
            ExpiresAt = key.TimeOrNull("expires_at"),
            Hash = Convert.FromBase64String(key.Text("hash")),
            RotatedAt = key.TimeOrNull("rotated_at"),
            PreviousHash = key.TextOrNull("previous_hash") is { } previous ? Convert.FromBase64String(previous) : null,
            PreviousUntil = key.TimeOrNull("previous_until"),
        };
    }

    private static string ReadText(JsonElement text) => text.GetString() ?? throw new JsonException("one is null");
}

/// <summary>When a key was used last, beside the key itself: what says what it may do is not written again for that.</summary>
internal sealed record KeyUse(DateTimeOffset At)
{
    public static TrustType<KeyUse> Type { get; } = new(
        "keyuse", static (json, use) => json.WriteString("at"u8, use.At), static use => new KeyUse(use.Time("at")));
}
