using System.Text.Json;

namespace OrleansRegistry.Trust.Logins;

/// <summary>A user as it is stored.</summary>
internal sealed record UserRecord
{
    public static TrustType<UserRecord> Type { get; } = new("user", Write, Read);

    /// <summary>As ASP.NET's <c>PasswordHasher</c> makes it.</summary>
    public required string PasswordHash { get; init; }

    public required IReadOnlyList<string> Roles { get; init; }

    public bool IsDisabled { get; init; }

    /// <summary>Sessions count as long as the user has the stamp that it had at their login: one write ends all of them.</summary>
    public required string Stamp { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>Without the hash.</summary>
    public override string ToString() => nameof(UserRecord);

    private static void Write(Utf8JsonWriter json, UserRecord user)
    {
        json.WriteString("password_hash"u8, user.PasswordHash);
        json.WriteGiven("roles", user.Roles);
        json.WriteBoolean("disabled"u8, user.IsDisabled);
        json.WriteString("stamp"u8, user.Stamp);
        json.WriteString("created_at"u8, user.CreatedAt);
        json.WriteString("created_by"u8, user.CreatedBy);
        json.WriteString("changed_at"u8, user.ChangedAt);
    }

    private static UserRecord Read(StoredObject user) => new()
    {
        PasswordHash = user.Text("password_hash"),
        Roles = user.Array("roles", static role => role.GetString() ?? throw new JsonException("one is null")),
        IsDisabled = user.Flag("disabled"),
        Stamp = user.Text("stamp"),
        CreatedAt = user.Time("created_at"),
        CreatedBy = user.Text("created_by"),
        ChangedAt = user.Time("changed_at"),
    };
}
