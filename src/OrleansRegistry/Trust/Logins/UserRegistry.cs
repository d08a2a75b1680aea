using Microsoft.AspNetCore.Identity;
using Orleans.Storage;

namespace OrleansRegistry.Trust.Logins;

/// <summary>The users.</summary>
internal sealed class UserRegistry(
    TrustRecords records,
    PasswordHashing hashing,
    LoginThrottle throttle,
    Operations operations,
    TenantGate tenants,
    [RegistryTime] TimeProvider time) : IUsers
{
    private const int MaxUsers = 10_000;

    private readonly TenantReach reach = new(tenants);

    public Task<RegistryUser> CreateAsync(Caller caller, NewUser user, string password, CancellationToken cancellationToken = default) =>
        operations.RunAsync(LoginOperations.Create, caller, user.Name, async () =>
        {
            var tenant = reach.Of(caller, user.Tenant);
            UserRules.CheckName(user.Name, "name");
            UserRules.CheckPassword(password, "password");
            var roles = UserRules.CheckRoles(user.Roles);
            UserRules.DemandNoMore(caller, roles, "roles");
            if (records.Find(UserRecord.Type, tenant, user.Name) is not null)
            {
                throw Exists(user.Name);
            }

            if (records.All(UserRecord.Type, tenant).Count >= MaxUsers)
            {
                throw new RegistryException(RegistryError.Conflict, $"The tenant has {MaxUsers:N0} users, as many as it can have: remove some.");
            }

            var now = time.GetUtcNow();
            var record = new UserRecord
            {
                PasswordHash = await HashAsync(password, cancellationToken),
                Roles = roles,
                Stamp = NewStamp(),
                CreatedAt = now,
                CreatedBy = caller.Subject,
                ChangedAt = now,
            };
            try
            {
                return Shown(await records.WriteAsync(UserRecord.Type, tenant, user.Name, record, before: null, cancellationToken));
            }
            catch (InconsistentStateException)
            {
                throw Exists(user.Name);
            }
        });

    public Task<RegistryUserPage> ListAsync(
        Caller caller, string? tenant = null, int pageSize = 50, string? pageToken = null, CancellationToken cancellationToken = default) =>
        operations.RunAsync(
            LoginOperations.ReadUsers, caller, null, () => Task.FromResult(List(reach.Of(caller, tenant), pageSize, pageToken)));

    public Task<RegistryUser?> GetAsync(Caller caller, string name, string? tenant = null, CancellationToken cancellationToken = default) =>
        operations.RunAsync(LoginOperations.ReadUsers, caller, name, () => Task.FromResult(
            records.Find(UserRecord.Type, reach.Of(caller, tenant), name) is { } user ? Shown(user) : null));

    public Task<RegistryUser> ChangeAsync(
        Caller caller, string name, UserChange change, string? tenant = null, CancellationToken cancellationToken = default) =>
        operations.RunAsync(LoginOperations.Change, caller, name, async () =>
        {
            var roles = change.Roles is null ? null : UserRules.CheckRoles(change.Roles);
            if (roles is not null)
            {
                UserRules.DemandNoMore(caller, roles, "roles");
            }

            return await ChangeAsync(
                caller,
                name,
                tenant,
                user => user with { Roles = roles ?? user.Roles, IsDisabled = change.IsDisabled ?? user.IsDisabled },
                cancellationToken);
        });

    public Task SetPasswordAsync(
        Caller caller, string name, string password, string? tenant = null, CancellationToken cancellationToken = default) =>
        operations.RunAsync(LoginOperations.SetPassword, caller, name, async () =>
        {
            UserRules.CheckPassword(password, "password");
            var of = reach.Of(caller, tenant);
            UserRules.DemandNoMore(caller, (records.Find(UserRecord.Type, of, name) ?? throw NotFound()).Value.Roles);
            var hash = await HashAsync(password, cancellationToken);
            await ChangeAsync(caller, name, tenant, user => user with { PasswordHash = hash }, cancellationToken);
            await throttle.ForgetAsync(of, name, cancellationToken);
        });

    public Task ChangePasswordAsync(Caller caller, string current, string password, CancellationToken cancellationToken = default) =>
        operations.RunAsync(LoginOperations.ChangePassword, caller, caller.Subject, async () =>
        {
            UserRules.CheckTried(current, "currentPassword");
            UserRules.CheckPassword(password, "newPassword");
            await hashing.RunAsync(() => ReplacePasswordAsync(caller, current, password, cancellationToken), cancellationToken);
        });

    public Task RemoveAsync(Caller caller, string name, string? tenant = null, CancellationToken cancellationToken = default) =>
        operations.RunAsync(LoginOperations.Remove, caller, name, async () =>
        {
            await records.ChangeAsync(
                UserRecord.Type,
                reach.Of(caller, tenant),
                name,
                user =>
                {
                    UserRules.DemandNoMore(caller, (user ?? throw NotFound()).Roles);
                    return null;
                },
                cancellationToken);
        });

    internal static RegistryException NotFound() => new(RegistryError.NotFound, "User not found", "user_id");

    internal static string NewStamp() => SecretText.NewId();

    private static RegistryException Exists(string name) => new(RegistryError.Conflict, $"There is a user '{name}'.", "name");

    private async Task<bool> ReplacePasswordAsync(Caller caller, string current, string password, CancellationToken cancellationToken)
    {
        var (tenant, name) = (caller.Tenant, caller.Subject);
        if (throttle.WaitOf(tenant, name, caller.Address) is { } wait)
        {
            throw new RegistryException(RegistryError.Busy, "Wrong passwords were tried too often: wait.") { RetryAfter = wait };
        }

        var found = await records.ReadAsync(UserRecord.Type, tenant, name, cancellationToken) ?? throw NotFound();
        if (hashing.Verify(found.Value.PasswordHash, current) == PasswordVerificationResult.Failed)
        {
            await throttle.WrongAsync(tenant, name, caller.Address, isKnown: true, cancellationToken);
            throw new RegistryException(RegistryError.Forbidden, "currentPassword: is not the password", "currentPassword");
        }

        var hash = hashing.Hash(password);
        await records.ChangeAsync(
            UserRecord.Type,
            tenant,
            name,
            user => user?.PasswordHash == found.Value.PasswordHash
                ? user with { PasswordHash = hash, Stamp = NewStamp(), ChangedAt = time.GetUtcNow() }
                : throw new RegistryException(RegistryError.Conflict, "The password was changed meanwhile."),
            cancellationToken);
        return true;
    }

    /// <summary>Every change of a user ends its sessions.</summary>
    private async Task<RegistryUser> ChangeAsync(
        Caller caller, string name, string? tenant, Func<UserRecord, UserRecord> change, CancellationToken cancellationToken)
    {
        var changed = await records.ChangeAsync(
            UserRecord.Type,
            reach.Of(caller, tenant),
            name,
            user =>
            {
                UserRules.DemandNoMore(caller, (user ?? throw NotFound()).Roles);
                return change(user) with { Stamp = NewStamp(), ChangedAt = time.GetUtcNow() };
            },
            cancellationToken);
        return Shown(changed!);
    }

    private Task<string> HashAsync(string password, CancellationToken cancellationToken) =>
        hashing.RunAsync(() => Task.FromResult(hashing.Hash(password)), cancellationToken);

    private RegistryUserPage List(string tenant, int pageSize, string? pageToken)
    {
        PageLimit.Users.Check(pageSize);
        var bound = $"users/{tenant}";
        var after = PageToken.Read(pageToken, bound);
        var rest = records.All(UserRecord.Type, tenant).Where(user => string.CompareOrdinal(user.Id, after) > 0).Take(pageSize + 1).ToList();
        RegistryUser[] page = [.. rest.Take(pageSize).Select(Shown)];
        return new RegistryUserPage(page, rest.Count > pageSize ? PageToken.Make(page[^1].Name, bound) : null);
    }

    private RegistryUser Shown(TrustRecord<UserRecord> user) => new()
    {
        Name = user.Id,
        Tenant = user.Tenant,
        Roles = user.Value.Roles,
        IsDisabled = user.Value.IsDisabled,
        CreatedAt = user.Value.CreatedAt,
        CreatedBy = user.Value.CreatedBy,
        ChangedAt = user.Value.ChangedAt,
        LockedUntil = throttle.LockedUntil(user.Tenant, user.Id),
    };
}
