using Orleans.Storage;

namespace OrleansRegistry.Agents;

/// <summary>
/// Writes agents that this node does not know under their grains, on the condition that none exists: neither an activation nor a read of
/// what is not there is needed.
/// </summary>
internal sealed class NewAgents(IRecordStore store, AgentDirectory directory, [RegistryTime] TimeProvider time)
{
    /// <returns>Null where there may be one, and its grain must write.</returns>
    /// <exception cref="RegistryException">It cannot be written, or nobody can tell now whether it was.</exception>
    public async ValueTask<AgentWriteResult?> TryCreateAsync(
        Caller caller,
        CheckedRegistration entry,
        IReadOnlyList<ExtensionOrigin> origins,
        RequestMark? mark)
    {
        var tenant = caller.Tenant;
        if (entry.Condition.DemandsAgent || directory.Find(tenant, entry.Id) is not null
            || entry.Judgement?.Holds(caller.Subject, isSameCard: false) == false)
        {
            return null;
        }

        var now = time.GetUtcMilliseconds();
        var agent = new AgentRecord
        {
            Tenant = tenant,
            Id = entry.Id,
            Card = entry.Bytes,
            Enabled = entry.Enabled ?? true,
            CreatedAt = now,
            UpdatedAt = now,
            ExtensionOrigins = origins,
            Owner = caller.Subject,
            Workers = entry.Workers ?? [],
            Delivery = entry.Delivery,
            Credentials = ForwardingRules.Bind(entry.Credentials, entry.Bytes),
            Source = entry.Source,
            Reach = entry.Card.Reach,
            Compatibility = entry.Compatibility ?? AgentCompatibility.None,
            Lease = LeaseChange.Apply(entry.Lease, before: null, renews: true, now),
            Probe = ProbeChange.Apply(entry.Probe, before: null, isSameCard: false),
            Signature = entry.Signature,
            Sharing = SharingRules.Apply(entry.Sharing, before: null),
            Requests = mark is null ? [] : [mark],
        };
        agent = LifeCycleRules.Apply(agent, before: null, entry.LifeCycle, entry.Deprecation);
        try
        {
            var revision = await store.WriteAsync(AgentKind.Kind, new RecordKey(tenant, entry.Id), 0, AgentKind.Write(agent));
            return new AgentWriteResult(agent with { Revision = revision }, Created: true, entry.Card.Warnings, entry.Card.Extensions.Count);
        }
        catch (InconsistentStateException)
        {
            // The grain reads what is stored, and goes on from there.
            return null;
        }
        catch (RecordOutcomeUnknownException unknown)
        {
            throw new RegistryException(RegistryError.Unavailable, $"{unknown.Message} The change may have happened.", innerException: unknown)
            {
                RetryAfter = TimeSpan.FromSeconds(1),
            };
        }
    }
}
