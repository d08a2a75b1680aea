using System.Text.Json;

namespace OrleansRegistry.Trust.Logins;

/// <summary>A session as it is stored: of its secret only the SHA-256. It never changes.</summary>
/// <param name="Stamp">The user's at the login.</param>
internal sealed record SessionRecord(
    string User, string Stamp, byte[] Hash, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, string? Address)
{
    public static TrustType<SessionRecord> Type { get; } = new("session", Write, Read);

    private static void Write(Utf8JsonWriter json, SessionRecord session)
    {
        json.WriteString("user"u8, session.User);
        json.WriteString("stamp"u8, session.Stamp);
        json.WriteBase64String("hash"u8, session.Hash);
        json.WriteString("created_at"u8, session.CreatedAt);
        json.WriteString("expires_at"u8, session.ExpiresAt);
        json.WriteGiven("address", session.Address);
    }

    private static SessionRecord Read(StoredObject session) => new(
        session.Text("user"),
        session.Text("stamp"),
        Convert.FromBase64String(session.Text("hash")),
        session.Time("created_at"),
        session.Time("expires_at"),
        session.TextOrNull("address"));
}
