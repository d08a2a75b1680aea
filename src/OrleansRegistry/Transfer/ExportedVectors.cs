using System.Runtime.CompilerServices;

namespace OrleansRegistry.Transfer;

/// <summary>
/// The vectors that exported agents name. Agents are told as they were when the export began, and vectors that are replaced meanwhile are gone: those in
/// their place are told under the old name, so that the file has vectors wherever an agent names some and still has any.
/// </summary>
internal sealed class ExportedVectors(IRecordStore store)
{
    private const int Attempts = 10;

    private readonly Dictionary<RecordKey, (RecordKey Agent, AgentVectorInfo Given)> named = [];

    public void Add(RecordKey agent, (RecordKey Key, AgentVectorInfo Given)? vectors)
    {
        if (vectors is var (key, given))
        {
            named[key] = (agent, given);
        }
    }

    /// <summary>Of all stored vectors those that are named, and then what stands for those that are not there.</summary>
    public async IAsyncEnumerable<StoredRecord> Of(
        IAsyncEnumerable<StoredRecord> stored, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var record in stored.WithCancellation(cancellationToken))
        {
            if (named.Remove(record.Key))
            {
                yield return record;
            }
        }

        foreach (var (key, (agent, given)) in named)
        {
            if (await FindAsync(agent, cancellationToken) is { } now && now.As(given) is var told && told.Key == key)
            {
                yield return new StoredRecord(key, 1, GivenVectorsKind.Write(told));
            }
        }
    }

    /// <summary>The vectors that an agent has now; null where it has none, or none that can be read.</summary>
    private async Task<GivenVectors?> FindAsync(RecordKey key, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            try
            {
                if (await store.ReadAsync(AgentKind.Kind, key, cancellationToken) is not { } head
                    || AgentKind.ReadBesideCard(head) is not { Vectors: { } given } agent)
                {
                    return null;
                }

                if (await store.ReadAsync(GivenVectorsKind.Kind, GivenVectors.KeyOf(agent, given), cancellationToken) is { } found)
                {
                    return GivenVectorsKind.Read(found);
                }
            }
            catch (RegistryException unreadable) when (unreadable.Error == RegistryError.Unreadable)
            {
                return null;
            }
        }

        return null;
    }
}
