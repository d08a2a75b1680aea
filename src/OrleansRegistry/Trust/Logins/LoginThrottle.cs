using System.Security.Cryptography;
using System.Text;

namespace OrleansRegistry.Trust.Logins;

/// <summary>
/// Who must not try a password now. What is of a name is stored, so that it counts on all replicas and over restarts; for names that are no user's too,
/// so that nobody can tell them apart, as long as there is room.
/// </summary>
internal sealed class LoginThrottle(TrustRecords records, SlowAddresses addresses, [RegistryTime] TimeProvider time)
{
    private const int MostUnknown = 10_000;

    /// <summary>Not the tenant that the request names: nothing is made of that.</summary>
    private static readonly string Tenant = Caller.Default.Tenant;

    /// <summary>How long to wait; null for not at all.</summary>
    public TimeSpan? WaitOf(string tenant, string user, string? address)
    {
        var locked = LockedUntil(tenant, user) - time.GetUtcNow();
        var slowed = addresses.WaitOf(address);
        return locked is null || slowed > locked ? slowed : locked;
    }

    /// <summary>Until when the name is locked; null where it is not.</summary>
    public DateTimeOffset? LockedUntil(string tenant, string user) =>
        records.Find(WrongPasswords.Type, Tenant, IdOf(tenant, user))?.Value.LockedUntil is { } until && until > time.GetUtcNow() ? until : null;

    /// <summary>A wrong password came.</summary>
    public async ValueTask WrongAsync(string tenant, string user, string? address, bool isKnown, CancellationToken cancellationToken)
    {
        addresses.Wrong(address);
        var id = IdOf(tenant, user);
        if (isKnown
            || records.Find(WrongPasswords.Type, Tenant, id) is not null
            || records.All(WrongPasswords.Type).Take(MostUnknown).Count() < MostUnknown)
        {
            await records.ChangeAsync(WrongPasswords.Type, Tenant, id, wrong => WrongPasswords.Next(wrong, time.GetUtcNow()), cancellationToken);
        }
    }

    /// <summary>The right one came, or an administrator says that it is to be forgotten.</summary>
    public async ValueTask ForgetAsync(string tenant, string user, CancellationToken cancellationToken)
    {
        var id = IdOf(tenant, user);
        if (records.Find(WrongPasswords.Type, Tenant, id) is not null)
        {
            await records.DeleteAsync(WrongPasswords.Type, Tenant, id, cancellationToken);
        }
    }

    /// <summary>Removes what is forgotten.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        foreach (var wrong in records.All(WrongPasswords.Type).Where(wrong => wrong.Value.IsOver(time.GetUtcNow())))
        {
            await records.ChangeAsync(
                WrongPasswords.Type, Tenant, wrong.Id, now => now?.IsOver(time.GetUtcNow()) == true ? null : now, cancellationToken);
        }
    }

    /// <summary>A hash: people type their passwords where the name belongs, too.</summary>
    private static string IdOf(string tenant, string user) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{tenant}/{user}")).AsSpan(0, 16));
}
