using Microsoft.AspNetCore.Identity;

namespace OrleansRegistry.Trust.Logins;

/// <summary>Logins and sessions.</summary>
internal sealed class SessionRegistry(
    TrustRecords records,
    SessionTable table,
    PasswordHashing hashing,
    LoginThrottle throttle,
    Operations operations,
    IOperationAudit audit,
    TenantGate tenants,
    RegistryOptions options,
    [RegistryTime] TimeProvider time) : ILogins
{
    private const int MostOfUser = 100;

    private readonly TenantReach reach = new(tenants);

    public async Task<LoginResult> LoginAsync(
        string tenant, string user, string password, string? address = null, CancellationToken cancellationToken = default)
    {
        Identifiers.CheckTenant(tenant);
        UserRules.CheckName(user, "user");
        UserRules.CheckTried(password, "password");
        var caller = new Caller(tenant, user) { Credential = "password", Address = address };

        // Who is locked takes no place of others.
        return Locked(caller) ?? await hashing.RunAsync(() => TryAsync(caller, password, cancellationToken), cancellationToken);
    }

    public Task<IReadOnlyList<RegistrySession>> ListAsync(
        Caller caller, string? user = null, string? tenant = null, CancellationToken cancellationToken = default) =>
        operations.RunAsync(LoginOperations.ReadSessions, caller, user, () => Task.FromResult<IReadOnlyList<RegistrySession>>(
            [.. table.Of(reach.Of(caller, tenant), UserOf(caller, user, tenant)).Select(session => session.Shown())]));

    public Task RevokeAsync(Caller caller, string id, CancellationToken cancellationToken = default) =>
        operations.RunAsync(LoginOperations.Revoke, caller, id, async () =>
        {
            var own = reach.Of(caller, null);
            if (table.Of(id)?.Record is not { } session
                || !((session.Tenant == own && (session.Value.User == caller.Subject || caller.May(Permissions.Users)))
                    || caller.May(Permissions.Tenants))
                || !await records.DeleteAsync(SessionRecord.Type, session.Tenant, id, cancellationToken))
            {
                throw new RegistryException(RegistryError.NotFound, "Session not found", "session_id");
            }
        });

    public Task RevokeAllAsync(Caller caller, string? user = null, string? tenant = null, CancellationToken cancellationToken = default) =>
        operations.RunAsync(LoginOperations.Revoke, caller, user ?? caller.Subject, async () =>
        {
            var (of, name) = (reach.Of(caller, tenant), UserOf(caller, user, tenant));
            await records.ChangeAsync(
                UserRecord.Type,
                of,
                name,
                found => (found ?? throw UserRegistry.NotFound()) with { Stamp = UserRegistry.NewStamp() },
                cancellationToken);
        });

    private static string UserOf(Caller caller, string? user, string? tenant)
    {
        if ((user is not null && user != caller.Subject) || (tenant is not null && tenant != caller.Tenant))
        {
            caller.Demand(Permissions.Users | Permissions.Tenants);
        }

        return user ?? caller.Subject;
    }

    private LoginResult? Locked(Caller caller) =>
        throttle.WaitOf(caller.Tenant, caller.Subject, caller.Address) is { } wait ? new LoginResult(null, null, wait) : null;

    private async Task<LoginResult> TryAsync(Caller caller, string password, CancellationToken cancellationToken)
    {
        // Those who waited with it may have been wrong.
        if (Locked(caller) is { } locked)
        {
            return locked;
        }

        audit.DemandReady(caller);
        var found = await records.ReadAsync(UserRecord.Type, caller.Tenant, caller.Subject, cancellationToken);
        var verified = hashing.Verify(found?.Value.PasswordHash, password);
        if (verified == PasswordVerificationResult.Failed || found is null || found.Value.IsDisabled)
        {
            await throttle.WrongAsync(caller.Tenant, caller.Subject, caller.Address, found is not null, cancellationToken);
            if (found is not null)
            {
                // Nobody waits for its entry: that would tell who is a user.
                _ = TellWrongAsync(caller);
            }

            return new LoginResult(null, null, null);
        }

        tenants.Demand(caller.Tenant);
        await throttle.ForgetAsync(caller.Tenant, caller.Subject, cancellationToken);
        if (verified == PasswordVerificationResult.SuccessRehashNeeded)
        {
            await HashAgainAsync(found, password, cancellationToken);
        }

        var (session, text) = await OpenAsync(caller, found.Value.Stamp, cancellationToken);
        await audit.TellAsync(LoginOperations.Login, caller, [session.Id], null);
        return new LoginResult(session, text, null);
    }

    private async Task<(RegistrySession Session, string Text)> OpenAsync(Caller caller, string stamp, CancellationToken cancellationToken)
    {
        var open = table.Of(caller.Tenant, caller.Subject);
        foreach (var old in open.Take(open.Count - MostOfUser + 1))
        {
            await records.DeleteAsync(SessionRecord.Type, old.Record.Tenant, old.Record.Id, cancellationToken);
        }

        var now = time.GetUtcNow();
        var id = SecretText.NewId();
        var text = SecretText.New(SessionTable.SessionPrefix, id);
        var record = new SessionRecord(
            caller.Subject, stamp, SecretText.Hash(text), now, now + options.Logins.SessionTime, caller.Address);
        var stored = await records.WriteAsync(SessionRecord.Type, caller.Tenant, id, record, before: null, cancellationToken);
        return (new KnownSession(stored, null).Shown(), text);
    }

    /// <summary>With as many iterations as are set now.</summary>
    private async Task HashAgainAsync(TrustRecord<UserRecord> user, string password, CancellationToken cancellationToken)
    {
        var hash = hashing.Hash(password);
        await records.ChangeAsync(
            UserRecord.Type,
            user.Tenant,
            user.Id,
            now => now?.PasswordHash == user.Value.PasswordHash ? now with { PasswordHash = hash } : now,
            cancellationToken);
    }

    private async Task TellWrongAsync(Caller caller)
    {
        try
        {
            await audit.TellAsync(LoginOperations.Wrong, caller, [caller.Subject], null);
        }
        catch (RegistryException)
        {
            // The next change of the tenant is refused for that.
        }
    }
}
