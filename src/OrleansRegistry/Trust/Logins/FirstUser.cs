using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace OrleansRegistry.Trust.Logins;

/// <summary>Makes the user who runs the registry, where nobody is one.</summary>
internal sealed partial class FirstUser(TrustRecords records, PasswordHashing hashing, [RegistryTime] TimeProvider time, ILogger<FirstUser> log)
    : IFirstUser
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

        var known = await records.ReadAsync(GivenPassword.Type, tenant, Name, cancellationToken);
        if (given is not null && known is not null && await IsAsync(known.Value.Hash, given, cancellationToken))
        {
            LogUsed(Name);
            given = null;
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
            if (given is null)
            {
                return password;
            }

            await records.ChangeAsync(GivenPassword.Type, tenant, Name, _ => new GivenPassword(hash), cancellationToken);
            return null;
        }
        catch (InconsistentStateException)
        {
            // Another replica, which started at the same time, has made it, and told the password.
            return null;
        }
    }

    private Task<bool> IsAsync(string hash, string password, CancellationToken cancellationToken) => hashing.RunAsync(
        () => Task.FromResult(hashing.Verify(hash, password) != PasswordVerificationResult.Failed), cancellationToken);

    [LoggerMessage(
        LogLevel.Warning,
        "The user {Name} was made with the password of REGISTRY_ADMIN_PASSWORD (or its file) before, and taken back: it gets another, which the "
            + "console shows")]
    private partial void LogUsed(string name);

    private static bool Manages(TrustRecord<UserRecord> user) =>
        user.Value.Roles.Contains(RegistryRoles.Operator) && !user.Value.IsDisabled;
}
