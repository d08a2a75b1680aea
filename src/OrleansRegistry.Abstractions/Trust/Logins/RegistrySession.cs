namespace OrleansRegistry;

/// <summary>What a user got by logging in, until it ends.</summary>
/// <param name="Id">Names the session, and is the first part of its text.</param>
/// <param name="User">The user's name.</param>
/// <param name="Address">Where the login came from; null where that is not known.</param>
public sealed record RegistrySession(
    string Id, string Tenant, string User, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, string? Address);

/// <summary>What became of a login.</summary>
/// <param name="Session">Null where nobody was let in.</param>
/// <param name="Text">What requests of the session carry, told this once: <c>ors_…</c>.</param>
/// <param name="Wait">How long not to try again, as wrong passwords were tried too often; else null.</param>
public sealed record LoginResult(RegistrySession? Session, string? Text, TimeSpan? Wait)
{
    /// <summary>Without the secret.</summary>
    public override string ToString() => $"{nameof(LoginResult)} {{ Session = {Session}, Wait = {Wait} }}";
}
