using Orleans.Storage;
using OrleansRegistry.Directory;
using OrleansRegistry.Model;
using OrleansRegistry.Storage;

namespace OrleansRegistry.Agents;

/// <summary>
/// Registers many agents at once. An agent that this node does not know is written under its grain, on the condition that
/// there is none: no activation is needed. Where there is one after all, and for every known agent, the grain writes.
/// </summary>
internal sealed class AgentBatchWriter(IRecordStore store, AgentDirectory directory, AgentRules rules, TimeProvider time)
{
    /// <param name="putThroughGrain">Writes one entry the ordinary way.</param>
    public async Task<IReadOnlyList<AgentBatchResult>> Write(
        Caller caller,
        IReadOnlyList<AgentRegistration> registrations,
        Func<CheckedRegistration, IReadOnlyList<ExtensionOrigin>, Task<AgentWriteResult>> putThroughGrain)
    {
        var origins = new BatchOrigins(caller.Tenant, directory, time.GetUtcMilliseconds());
        var writes = new Task<AgentBatchResult>[registrations.Count];
        var earlier = new Dictionary<string, Task>(StringComparer.Ordinal);
        for (var i = 0; i < writes.Length; i++)
        {
            CheckedRegistration entry;
            try
            {
                entry = CheckedRegistration.Of(registrations[i], rules);
            }
            catch (RegistryException refused)
            {
                writes[i] = Task.FromResult(new AgentBatchResult(null, refused));
                continue;
            }

            // The same id twice: in the order of the list, as the last one must win.
            var before = earlier.GetValueOrDefault(entry.Id);
            writes[i] = WriteOne(caller.Tenant, entry, origins.For(entry), before, putThroughGrain);
            earlier[entry.Id] = writes[i];
        }

        return await Task.WhenAll(writes);
    }

    private async Task<AgentBatchResult> WriteOne(
        string tenant,
        CheckedRegistration entry,
        IReadOnlyList<ExtensionOrigin> origins,
        Task? before,
        Func<CheckedRegistration, IReadOnlyList<ExtensionOrigin>, Task<AgentWriteResult>> putThroughGrain)
    {
        try
        {
            var isNew = before is null && directory.Find(tenant, entry.Id) is null && entry.Condition.IfRevision is null;
            await (before ?? Task.CompletedTask);
            var written = isNew ? await TryCreate(tenant, entry, origins) : null;
            return new AgentBatchResult(written ?? await putThroughGrain(entry, origins), null);
        }
        catch (RegistryException refused)
        {
            return new AgentBatchResult(null, refused);
        }
        catch (RecordOutcomeUnknownException unknown)
        {
            return new AgentBatchResult(null, new RegistryException(RegistryError.Unavailable, $"{unknown.Message} The change may have happened.", innerException: unknown)
            {
                RetryAfter = TimeSpan.FromSeconds(1),
            });
        }
    }

    private async Task<AgentWriteResult?> TryCreate(string tenant, CheckedRegistration entry, IReadOnlyList<ExtensionOrigin> origins)
    {
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
            Reading = entry.Card,
        };
        try
        {
            var revision = await store.WriteAsync(RecordKind.Agent, new RecordKey(tenant, entry.Id), 0, AgentRecordCodec.Write(agent));
            return new AgentWriteResult(agent with { Revision = revision, Reading = null }, Created: true, entry.Card.Warnings, entry.Card.Extensions.Count);
        }
        catch (InconsistentStateException)
        {
            // The grain reads what is stored, and goes on from there.
            return null;
        }
    }

    /// <summary>Origins of extensions, with those that earlier entries of the same batch bring.</summary>
    private sealed class BatchOrigins(string tenant, AgentDirectory directory, DateTimeOffset now)
    {
        private readonly Dictionary<string, ExtensionOrigin> known = new(StringComparer.Ordinal);

        public IReadOnlyList<ExtensionOrigin> For(CheckedRegistration entry)
        {
            if (entry.Card.Extensions.Count == 0)
            {
                return [];
            }

            var uris = entry.Card.Extensions.Select(extension => extension.Uri).ToList();
            foreach (var origin in directory.OriginsOf(tenant, uris.Where(uri => !known.ContainsKey(uri))))
            {
                known[origin.Uri] = origin;
            }

            // Of what the whole batch brought, only what this card declares: else a batch would cost the square of its extensions.
            var declared = uris.Select(known.GetValueOrDefault).OfType<ExtensionOrigin>().ToList();
            var origins = ExtensionOrigins.For(entry.Card, entry.Id, now, declared);
            foreach (var origin in origins)
            {
                known.TryAdd(origin.Uri, origin);
            }

            return origins;
        }
    }
}
