using Orleans.Storage;
using OrleansRegistry.Trust.Records;

namespace OrleansRegistry.Trust.Tenants;

/// <summary>Tenants as records of trust.</summary>
internal sealed class TenantRegistry(
    TrustRecords records, TenantMeter meter, TenantRoom room, TenantEraser eraser, Operations operations, [RegistryTime] TimeProvider time) : ITenants
{
    private const int LongestText = 1_000;
    private const string Binding = "tenants";

    public Task<(RegistryTenant Tenant, bool Created)> PutAsync(
        Caller caller, string tenant, TenantChange change, long? ifVersion = null, CancellationToken cancellationToken = default) =>
        operations.RunAsync(TenantOperations.Put, caller, tenant, async () =>
        {
            Identifiers.CheckTenant(tenant);
            Check(change);
            for (var before = Find(tenant); ; before = await records.ReadAsync(TenantType.Type, tenant, TenantType.Id, cancellationToken))
            {
                // One that was erased is no more, but for its name.
                var known = before?.Value.State == TenantState.Erased ? null : before;
                if (ifVersion is { } wanted && wanted != (known?.Version ?? 0))
                {
                    throw new RegistryException(RegistryError.Conflict, known is null
                        ? $"Tenant '{tenant}' is not known."
                        : wanted == 0 ? $"Tenant '{tenant}' is known already." : $"Tenant '{tenant}' was changed since.");
                }

                try
                {
                    var written = await records.WriteAsync(
                        TenantType.Type, tenant, TenantType.Id, Changed(tenant, known?.Value, change), before, cancellationToken);
                    return (Shown(written), known is null);
                }
                catch (InconsistentStateException)
                {
                    // Somebody else changed it meanwhile: it is changed from what it is now.
                }
            }
        });

    public Task<RegistryTenant?> GetAsync(Caller caller, string tenant, CancellationToken cancellationToken = default) =>
        operations.RunAsync(TenantOperations.Read, caller, tenant, () =>
        {
            Identifiers.CheckTenant(tenant);
            return Task.FromResult(Sees(caller, tenant) && Find(tenant) is { } found ? Shown(found) : null);
        });

    public Task<TenantUsage> GetUsageAsync(Caller caller, string tenant, CancellationToken cancellationToken = default) =>
        operations.RunAsync(TenantOperations.Read, caller, tenant, () =>
        {
            Identifiers.CheckTenant(tenant);
            return !Sees(caller, tenant) ? throw NotFound(tenant)
                : caller.May(Permissions.Tenants) ? meter.MeasureAsync(tenant, cancellationToken)
                : room.MeasureAsync(tenant).WaitAsync(cancellationToken);
        });

    public Task<TenantPage> ListAsync(
        Caller caller, int pageSize = 100, string? pageToken = null, CancellationToken cancellationToken = default) =>
        operations.RunAsync(TenantOperations.List, caller, null, () =>
        {
            PageLimit.Tenants.Check(pageSize);
            var last = PageToken.Read(pageToken, Binding);
            var page = records.All(TenantType.Type)
                .Where(tenant => last is null || string.CompareOrdinal(tenant.Tenant, last) > 0)
                .OrderBy(tenant => tenant.Tenant, StringComparer.Ordinal).Take(pageSize + 1).ToList();
            return Task.FromResult(new TenantPage(
                [.. page.Take(pageSize).Select(Shown)], page.Count > pageSize ? PageToken.Make(page[pageSize - 1].Tenant, Binding) : null));
        });

    public Task<TenantErasure> EraseAsync(
        Caller caller, string tenant, TimeSpan? wait = null, CancellationToken cancellationToken = default) =>
        operations.RunAsync(TenantOperations.Erase, caller, tenant, async () =>
        {
            Identifiers.CheckTenant(tenant);
            if (!caller.May(Permissions.Tenants) && tenant != caller.Tenant)
            {
                throw NotFound(tenant);
            }

            await records.ChangeAsync(
                TenantType.Type,
                tenant,
                TenantType.Id,
                before => (before ?? new StoredTenant(TenantState.Erasing, time.GetUtcMilliseconds())) with
                {
                    State = TenantState.Erasing,
                    Reason = $"by '{caller.Subject}' of tenant '{caller.Tenant}'",
                },
                cancellationToken);
            return await eraser.EraseAsync(tenant, wait, cancellationToken);
        });

    private static bool Sees(Caller caller, string tenant) => tenant == caller.Tenant || caller.May(Permissions.Tenants);

    private static RegistryException NotFound(string tenant) => new(RegistryError.NotFound, $"There is no tenant '{tenant}'.", "tenant");

    private static RegistryTenant Shown(TrustRecord<StoredTenant> record) =>
        new(record.Tenant, record.Value.State, record.Value.CreatedAt, record.Version)
        {
            Description = record.Value.Description,
            Reason = record.Value.Reason,
            Limits = record.Value.Limits,
        };

    private static void Check(TenantChange change)
    {
        CheckText(change.Description, "description");
        CheckText(change.Reason, "reason");
        if (change.State is TenantState.Erasing or TenantState.Erased)
        {
            throw RegistryException.Invalid("state", "must be active or suspended; a tenant is erased by deleting it");
        }

        if (change.Limits is { } limits)
        {
            CheckLimit(limits.Agents, "maxAgents");
            CheckLimit(limits.OpenTasks, "maxOpenTasks");
            CheckLimit(limits.Bytes, "maxBytes");
        }
    }

    private static void CheckText(string? text, string field)
    {
        if (text?.Length > LongestText || text?.Any(c => char.IsControl(c) && c != '\n') == true)
        {
            throw RegistryException.Invalid(field, $"must be up to {LongestText:N0} characters, none of them a control character");
        }
    }

    private static void CheckLimit(long? limit, string field)
    {
        if (limit < 0)
        {
            throw RegistryException.Invalid(field, "must be 0 or more");
        }
    }

    private TrustRecord<StoredTenant>? Find(string tenant) => records.Find(TenantType.Type, tenant, TenantType.Id);

    private StoredTenant Changed(string tenant, StoredTenant? before, TenantChange change)
    {
        if (before?.State == TenantState.Erasing)
        {
            throw new RegistryException(RegistryError.Conflict, $"Tenant '{tenant}' is being erased.");
        }

        var now = before ?? new StoredTenant(TenantState.Active, time.GetUtcMilliseconds());
        var state = change.State ?? now.State;
        return now with
        {
            State = state,
            Description = Text(change.Description, now.Description),
            Reason = state == TenantState.Active ? null : Text(change.Reason, now.Reason),
            Limits = change.Limits ?? now.Limits,
        };
    }

    private static string? Text(string? changed, string? before) => changed is null ? before : changed.Length == 0 ? null : changed;
}
