using System.Security.Cryptography;
using Orleans.Storage;

namespace OrleansRegistry.Trust.Logins;

/// <summary>Makes the user who runs the registry, where nobody is one.</summary>
internal sealed class FirstUser(TrustRecords records, PasswordHashing hashing, [RegistryTime] TimeProvider time) : IFirstUser
{
    private const string Name = "admin";
    private const string Letters = "abcdefghijkmnpqrstuvwxyz23456789";
    private const int Length = 24;

    public async Task<string?> EnsureAsync(string? given, CancellationToken cancellationToken)
    {
        if (given is not null)
        {
            UserRules.CheckPassword(given, "REGISTRY_ADMIN_PASSWORD");
        }

        if (records.All(UserRecord.Type).Any(Manages))
        {
            return null;
        }

        var tenant = Caller.Default.Tenant;
        var before = await records.ReadAsync(UserRecord.Type, tenant, Name, cancellationToken);
        if (before is not null && Manages(before))
        {
            return null;
        }

        var password = given ?? RandomNumberGenerator.GetString(Letters, Length);
        var hash = await hashing.RunAsync(() => Task.FromResult(hashing.Hash(password)), cancellationToken);
        var now = time.GetUtcNow();
        var user = new UserRecord
        {
            PasswordHash = hash,
            Roles = [RegistryRoles.Operator],
            Stamp = UserRegistry.NewStamp(),
            CreatedAt = now,
            CreatedBy = Name,
            ChangedAt = now,
        };
        try
        {
            await records.WriteAsync(UserRecord.Type, tenant, Name, user, before, cancellationToken);
            return given is null ? password : null;
        }
        catch (InconsistentStateException)
        {
            // Another replica, which started at the same time, has made it, and told the password.
            return null;
        }
    }

    private static bool Manages(TrustRecord<UserRecord> user) =>
        user.Value.Roles.Contains(RegistryRoles.Operator) && !user.Value.IsDisabled;
}
