namespace OrleansRegistry.Trust.Tenants;

/// <summary>What tenants may have more of. One without limits costs a look at its record, in memory.</summary>
internal sealed class TenantQuotas(TenantGate tenants, GrainReferences<IQuotaGrain> grains)
{
    /// <summary>Writes something new in a place of the tenant's, and gives it back where nothing new was written.</summary>
    /// <param name="write">Whether it is new is told by <paramref name="isNew"/> of what comes of it.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.QuotaExceeded"/>: there is none.</exception>
    public async Task<T> RunAsync<T>(Quota quota, string tenant, string id, Func<Task<T>> write, Func<T, bool> isNew)
    {
        if (LimitOf(quota, tenant) is not { } limit)
        {
            return await write();
        }

        var grain = grains.Get(tenant, "quota");
        await TakeAsync(grain, quota, tenant, id, limit);
        var written = false;
        try
        {
            var result = await write();
            written = isNew(result);
            return result;
        }
        catch (RegistryException fault) when (fault.Error == RegistryError.Unavailable)
        {
            // It may have been written: the place stays taken until the next count.
            written = true;
            throw;
        }
        finally
        {
            grain.Tell(quota, id, written).Ignore();
        }
    }

    /// <summary>Writes several that are new, each in a place of the tenant's.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.QuotaExceeded"/>: there are not so many, and nothing was written.</exception>
    public async Task<T> RunManyAsync<T>(Quota quota, string tenant, IReadOnlyList<string> ids, Func<Task<T>> write)
    {
        if (LimitOf(quota, tenant) is not { } limit)
        {
            return await write();
        }

        var grain = grains.Get(tenant, "quota");
        var taken = 0;
        var written = false;
        try
        {
            for (; taken < ids.Count; taken++)
            {
                await TakeAsync(grain, quota, tenant, ids[taken], limit);
            }

            written = true;
            return await write();
        }
        finally
        {
            foreach (var id in ids.Take(taken))
            {
                // Where the write failed some may have been written: their places stay taken until the next count.
                grain.Tell(quota, id, written).Ignore();
            }
        }
    }

    /// <summary>Counts what was written without a place, as it was thought to be there.</summary>
    public void Count(Quota quota, string tenant, string id)
    {
        if (LimitOf(quota, tenant) is { } limit)
        {
            CountAsync(grains.Get(tenant, "quota"), quota, id, limit).Ignore();
        }
    }

    private static async Task TakeAsync(IQuotaGrain grain, Quota quota, string tenant, string id, long limit)
    {
        if (await GrainCalls.RunAsync(grain, places => places.Take(quota, id, limit)) is { } used)
        {
            var what = quota == Quota.Agents ? "agents" : "open tasks";
            throw new RegistryException(
                RegistryError.QuotaExceeded, $"Tenant '{tenant}' has {used:N0} {what}, of the {limit:N0} that it may have.");
        }
    }

    private static async Task CountAsync(IQuotaGrain grain, Quota quota, string id, long limit)
    {
        await grain.Take(quota, id, limit);
        await grain.Tell(quota, id, isWritten: true);
    }

    private long? LimitOf(Quota quota, string tenant)
    {
        var limits = tenants.Find(tenant)?.Value.Limits;
        return quota == Quota.Agents ? limits?.Agents : limits?.OpenTasks;
    }
}
