namespace OrleansRegistry.Agents;

/// <summary>Registers many agents at once, each with its own result.</summary>
internal sealed class AgentBatchWriter(AgentDirectory directory, AgentRules rules, [RegistryTime] TimeProvider time)
{
    /// <param name="put">Writes one entry.</param>
    public async Task<IReadOnlyList<AgentBatchResult>> WriteAsync(
        Caller caller,
        IReadOnlyList<AgentRegistration> registrations,
        Func<Caller, CheckedRegistration, IReadOnlyList<ExtensionOrigin>, Task<AgentWriteResult>> put)
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
                writes[i] = Task.FromResult(new AgentBatchResult(null, refused) { Id = registrations[i].Id });
                continue;
            }

            // One key for all: each entry is a request of its own.
            var of = caller.IdempotencyKey is { } key ? caller with { IdempotencyKey = DerivedId.For("entry", key, $"{i}") } : caller;

            // The same id twice: in the order of the list, as the last one must win.
            var before = earlier.GetValueOrDefault(entry.Id);
            writes[i] = WriteOneAsync(of, entry, origins.For(entry), before, put);
            earlier[entry.Id] = writes[i];
        }

        return await Task.WhenAll(writes);
    }

    private static async Task<AgentBatchResult> WriteOneAsync(
        Caller caller,
        CheckedRegistration entry,
        IReadOnlyList<ExtensionOrigin> origins,
        Task? before,
        Func<Caller, CheckedRegistration, IReadOnlyList<ExtensionOrigin>, Task<AgentWriteResult>> put)
    {
        try
        {
            await (before ?? Task.CompletedTask);
            return new AgentBatchResult(await put(caller, entry, origins), null);
        }
        catch (RegistryException refused)
        {
            return new AgentBatchResult(null, refused) { Id = entry.Id };
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
