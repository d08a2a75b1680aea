namespace OrleansRegistry.Trust;

/// <summary>The one way by which a call becomes an operation: whether its caller may, what is done, and what is told of it.</summary>
internal sealed class Operations(IOperationAudit audit, TenantGate tenants, TenantRoom room)
{
    /// <summary>Lets a caller read.</summary>
    /// <returns>The caller.</returns>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Forbidden"/>: the caller's roles do not allow it, its credential is for certain agents, or its tenant is closed.
    /// </exception>
    public Caller Admit(Operation operation, Caller caller)
    {
        caller.Demand(operation.Needs);
        if (operation.IsOfAllAgents && caller.Agents is not null)
        {
            throw new RegistryException(RegistryError.Forbidden, "This caller's credential is for certain agents, and this is about all of them.");
        }

        if (!operation.IsOfAnyTenant)
        {
            tenants.Demand(caller.Tenant);
        }

        return caller;
    }

    /// <summary>Runs an operation.</summary>
    /// <param name="id">Of what it is about, as it was sent; null where only the result tells, or where it is about nothing in particular.</param>
    /// <param name="idOf">Of what it was about, from the result.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Forbidden"/>: as <see cref="Admit"/> says.</exception>
    public Task<T> RunAsync<T>(Operation operation, Caller caller, string? id, Func<Task<T>> run, Func<T, string?>? idOf = null)
    {
        if (operation.IsChange)
        {
            return ChangeAsync(operation, caller, id, run, result => [idOf?.Invoke(result) ?? id]);
        }

        Admit(operation, caller);
        return operation.Grows ? GrowAsync(caller, run) : run();
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public Task RunAsync(Operation operation, Caller caller, string? id, Func<Task> run) => RunAsync(
        operation,
        caller,
        id,
        async () =>
        {
            await run();
            return true;
        });

    /// <summary>Runs a change of several things, each of which has an entry in the audit trail.</summary>
    /// <param name="id">Of what it is about as a whole; null for nothing in particular.</param>
    /// <param name="idsOf">Of those that were changed: none where nothing was.</param>
    /// <param name="faultsOf">Of those that were not, or perhaps not, where it went on all the same.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Forbidden"/>: the caller's roles do not allow it.</exception>
    public Task<T> RunManyAsync<T>(
        Operation operation,
        Caller caller,
        string? id,
        Func<Task<T>> run,
        Func<T, IReadOnlyList<string?>> idsOf,
        Func<T, IEnumerable<(string? Id, RegistryException Fault)>>? faultsOf = null) => ChangeAsync(operation, caller, id, run, idsOf, faultsOf);

    private async Task<T> GrowAsync<T>(Caller caller, Func<Task<T>> run)
    {
        await room.DemandAsync(caller.Tenant);
        return await run();
    }

    private async Task<T> ChangeAsync<T>(
        Operation operation, Caller caller, string? id, Func<Task<T>> run, Func<T, IReadOnlyList<string?>> idsOf,
        Func<T, IEnumerable<(string? Id, RegistryException Fault)>>? faultsOf = null)
    {
        try
        {
            Admit(operation, caller);
        }
        catch (Exception refused)
        {
            await audit.TellAsync(operation, caller, [id], refused);
            throw;
        }

        audit.DemandReady(caller);
        T result;
        try
        {
            if (operation.Grows)
            {
                await room.DemandAsync(caller.Tenant);
            }

            result = await run();
        }
        catch (Exception fault)
        {
            await audit.TellAsync(operation, caller, [id], fault);
            throw;
        }

        foreach (var (about, fault) in faultsOf?.Invoke(result) ?? [])
        {
            await audit.TellAsync(operation, caller, [about], fault);
        }

        await audit.TellAsync(operation, caller, idsOf(result), null);
        return result;
    }
}
