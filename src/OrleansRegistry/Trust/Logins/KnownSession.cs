using System.Security.Cryptography;

namespace OrleansRegistry.Trust.Logins;

/// <summary>A session in memory, as requests are compared with it.</summary>
#pragma warning disable CA1001 // Its source has no timer, so that there is nothing to dispose of.
internal sealed class KnownSession
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource ending = new();
    private readonly AdmittedCaller? caller;

    /// <param name="user">Null where there is none that can be read: the session counts for nobody.</param>
    public KnownSession(TrustRecord<SessionRecord> record, UserRecord? user)
    {
        Record = record;
        if (user is not null && IsOf(user))
        {
            var named = new Caller(record.Tenant, record.Value.User)
            {
                Allowed = RegistryRoles.Of(GivenRoles.Known(user.Roles)),
                Credential = SessionTable.CredentialOf(record.Id),
            };
            caller = new AdmittedCaller(named, record.Value.ExpiresAt, ending.Token) { Roles = user.Roles };
        }
    }

    public TrustRecord<SessionRecord> Record { get; }

    /// <summary>Whether its user is as it was at the login.</summary>
    public bool Counts => caller is not null;

    /// <summary>Whether it counts as long as the user is this one.</summary>
    public bool IsOf(UserRecord? user) => user is { IsDisabled: false } && user.Stamp == Record.Value.Stamp;

    /// <summary>Who has a secret with this hash; in fixed time.</summary>
    public AdmittedCaller? Find(ReadOnlySpan<byte> presented) =>
        CryptographicOperations.FixedTimeEquals(presented, Record.Value.Hash) ? caller : null;

    /// <summary>Ends what is open with it.</summary>
    public void End() => ending.Cancel();

    public RegistrySession Shown() => new(
        Record.Id, Record.Tenant, Record.Value.User, Record.Value.CreatedAt, Record.Value.ExpiresAt, Record.Value.Address);
}
