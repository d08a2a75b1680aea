namespace OrleansRegistry.Trust.Keys;

/// <summary>The API keys.</summary>
internal sealed class ApiKeys(TrustRecords records, KeyTable table, Operations operations, TenantGate tenants, [RegistryTime] TimeProvider time)
    : IApiKeys
{
    private const int MaxKeys = 10_000;

    public Task<MadeApiKey> CreateAsync(Caller caller, NewApiKey key, CancellationToken cancellationToken = default) => operations.RunAsync(
        KeyOperations.Create, caller, null, () => MakeAsync(caller, key, cancellationToken), made => made.Key.Id);

    public Task<ApiKeyPage> ListAsync(
        Caller caller, string? tenant = null, int pageSize = 50, string? pageToken = null, CancellationToken cancellationToken = default) =>
        operations.RunAsync(KeyOperations.Read, caller, null, () => Task.FromResult(List(TenantOf(caller, tenant), pageSize, pageToken)));

    public Task<ApiKey?> GetAsync(Caller caller, string id, CancellationToken cancellationToken = default) =>
        operations.RunAsync(KeyOperations.Read, caller, id, () => Task.FromResult(FindFor(caller, id) is { } key ? Shown(key) : null));

    public Task<ApiKey> ChangeAsync(Caller caller, string id, ApiKeyChange change, CancellationToken cancellationToken = default) =>
        operations.RunAsync(KeyOperations.Change, caller, id, async () =>
        {
            var changed = await ChangeAsync(
                caller,
                id,
                key => key with
                {
                    Roles = change.Roles is { } roles ? Distinct(roles.To)! : key.Roles,
                    Agents = change.Agents is { } agents ? Distinct(agents.To) : key.Agents,
                    Description = change.Description is { } description ? description.To : key.Description,
                    ExpiresAt = change.ExpiresAt is { } expires ? expires.To : key.ExpiresAt,
                },
                cancellationToken);
            return Shown(changed);
        });

    public Task<MadeApiKey> RotateAsync(Caller caller, string id, TimeSpan overlap, CancellationToken cancellationToken = default) =>
        operations.RunAsync(KeyOperations.Rotate, caller, id, async () =>
        {
            if (overlap < TimeSpan.Zero || overlap > KeyRules.LongestOverlap)
            {
                throw RegistryException.Invalid("overlapSeconds", $"must be 0 to {KeyRules.LongestOverlap.TotalSeconds:N0}");
            }

            if (FindFor(caller, id) is { Value.IsGiven: true } given)
            {
                KeyRules.DemandNoMore(caller, given.Value);
                await RetireAsync(given, cancellationToken);
            }

            var text = SecretText.New(KeyTable.KeyPrefix, id);
            var changed = await ChangeAsync(
                caller,
                id,
                key => key with
                {
                    IsGiven = false,
                    Hash = SecretText.Hash(text),
                    RotatedAt = time.GetUtcNow(),
                    PreviousHash = overlap > TimeSpan.Zero ? key.Hash : null,
                    PreviousUntil = overlap > TimeSpan.Zero ? time.GetUtcNow() + overlap : null,
                },
                cancellationToken);
            return new MadeApiKey(Shown(changed), text);
        });

    public Task RevokeAsync(Caller caller, string id, CancellationToken cancellationToken = default) =>
        operations.RunAsync(KeyOperations.Revoke, caller, id, async () =>
        {
            var key = FindFor(caller, id) ?? throw NotFound();
            KeyRules.DemandNoMore(caller, key.Value);
            if (key.Value.IsGiven)
            {
                await RetireAsync(key, cancellationToken);
            }

            if (!await records.DeleteAsync(KeyRecord.Type, key.Tenant, id, cancellationToken))
            {
                throw NotFound();
            }

            await records.DeleteAsync(KeyUse.Type, key.Tenant, id, cancellationToken);
        });

    private async Task RetireAsync(TrustRecord<KeyRecord> given, CancellationToken cancellationToken) => await records.ChangeAsync(
        RetiredKey.Type,
        given.Tenant,
        RetiredKey.IdOf(given.Value.Hash),
        retired => retired ?? new RetiredKey(time.GetUtcNow()),
        cancellationToken);

    private async Task<MadeApiKey> MakeAsync(Caller caller, NewApiKey key, CancellationToken cancellationToken)
    {
        var tenant = TenantOf(caller, key.Tenant);
        Identifiers.CheckTenant(tenant);
        string id;
        do
        {
            id = SecretText.NewId();
        }
        while (table.Of(id) is not null);
        var text = SecretText.New(KeyTable.KeyPrefix, id);
        var record = new KeyRecord
        {
            Subject = key.Subject,
            Roles = Distinct(key.Roles)!,
            Agents = Distinct(key.Agents),
            Description = key.Description,
            CreatedAt = time.GetUtcNow(),
            CreatedBy = caller.Subject,
            CreatedWith = caller.Credential,
            ExpiresAt = key.ExpiresAt,
            Hash = SecretText.Hash(text),
        };
        KeyRules.Check(record, time.GetUtcNow());
        KeyRules.DemandNoMore(caller, record, "roles");
        KeyRules.DemandNoLonger(table.EndOf(caller), record);
        if (records.All(KeyRecord.Type, tenant).Count >= MaxKeys)
        {
            throw new RegistryException(RegistryError.Conflict, $"The tenant has {MaxKeys:N0} keys, as many as it can have: revoke some.");
        }

        return new MadeApiKey(Shown(await records.WriteAsync(KeyRecord.Type, tenant, id, record, before: null, cancellationToken)), text);
    }

    private async Task<TrustRecord<KeyRecord>> ChangeAsync(
        Caller caller, string id, Func<KeyRecord, KeyRecord> change, CancellationToken cancellationToken)
    {
        var found = FindFor(caller, id) ?? throw NotFound();
        var changed = await records.ChangeAsync(
            KeyRecord.Type,
            found.Tenant,
            id,
            key =>
            {
                if (key is null)
                {
                    throw NotFound();
                }

                KeyRules.DemandNoMore(caller, key);
                var after = change(key);
                KeyRules.Check(after, after.ExpiresAt == key.ExpiresAt ? DateTimeOffset.MinValue : time.GetUtcNow());
                KeyRules.DemandNoMore(caller, after, "roles");
                if (after.ExpiresAt != key.ExpiresAt || after.Hash != key.Hash)
                {
                    KeyRules.DemandNoLonger(table.EndOf(caller), after);
                }

                return after;
            },
            cancellationToken);
        return changed!;
    }

    private ApiKeyPage List(string tenant, int pageSize, string? pageToken)
    {
        PageLimit.Keys.Check(pageSize);
        var bound = $"keys/{tenant}";
        var after = PageToken.Read(pageToken, bound);
        var rest = records.All(KeyRecord.Type, tenant).Where(key => string.CompareOrdinal(key.Id, after) > 0).Take(pageSize + 1).ToList();
        var hasMore = rest.Count > pageSize;
        ApiKey[] page = [.. rest.Take(pageSize).Select(Shown)];
        return new ApiKeyPage(page, hasMore ? PageToken.Make(page[^1].Id, bound) : null);
    }

    private TrustRecord<KeyRecord>? FindFor(Caller caller, string id)
    {
        DemandOpen(caller);
        return table.Of(id)?.Record is { } key && (key.Tenant == caller.Tenant || caller.May(Permissions.Tenants)) ? key : null;
    }

    private void DemandOpen(Caller caller)
    {
        if (!caller.May(Permissions.Tenants))
        {
            tenants.Demand(caller.Tenant);
        }
    }

    private string TenantOf(Caller caller, string? asked)
    {
        DemandOpen(caller);
        if (asked is not null && asked != caller.Tenant)
        {
            caller.Demand(Permissions.Tenants);
            tenants.DemandNotErased(asked);
        }

        return asked ?? caller.Tenant;
    }

    private ApiKey Shown(TrustRecord<KeyRecord> key) => new()
    {
        Id = key.Id,
        Tenant = key.Tenant,
        Subject = key.Value.Subject,
        Roles = key.Value.Roles,
        Agents = key.Value.Agents,
        Description = key.Value.Description,
        CreatedAt = key.Value.CreatedAt,
        CreatedBy = key.Value.CreatedBy,
        ExpiresAt = key.Value.ExpiresAt,
        RotatedAt = key.Value.RotatedAt,
        PreviousUntil = key.Value.PreviousUntil > time.GetUtcNow() ? key.Value.PreviousUntil : null,
        LastUsedAt = Later(table.Of(key.Id)?.Use.At, records.Find(KeyUse.Type, key.Tenant, key.Id)?.Value.At),
    };

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one > other || other is null ? one : other;

    private static string[]? Distinct(IReadOnlyList<string>? texts) => texts is null ? null : [.. texts.Distinct(StringComparer.Ordinal)];

    private static RegistryException NotFound() => new(RegistryError.NotFound, "Key not found", "key_id");
}
