namespace OrleansRegistry.Trust.Logins;

/// <summary>The password of the settings that the first user was made with: where that user was taken back since, no start gives it again.</summary>
/// <param name="Hash">As ASP.NET's <c>PasswordHasher</c> makes it.</param>
internal sealed record GivenPassword(string Hash)
{
    public static TrustType<GivenPassword> Type { get; } = new(
        "givenpassword",
        static (json, given) => json.WriteString("password_hash"u8, given.Hash),
        static given => new GivenPassword(given.Text("password_hash")));

    /// <summary>Without the hash.</summary>
    public override string ToString() => nameof(GivenPassword);
}
