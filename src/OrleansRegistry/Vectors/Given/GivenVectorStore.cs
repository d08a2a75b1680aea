using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace OrleansRegistry.Vectors.Given;

/// <summary>
/// Keeps the vectors that agents were given. They are stored before the agent's record that names them: a process that ends in between leaves a record
/// that nobody is shown, and that a later start removes.
/// </summary>
internal sealed partial class GivenVectorStore(IRecordStore store, UnreadableRecords faulty, ILogger<GivenVectorStore> logger)
{
    /// <summary>Stores vectors that the agent's record is about to name; over none that are there.</summary>
    /// <exception cref="InconsistentStateException">Another silo stored some in the same millisecond: the agent is to be read again.</exception>
    /// <exception cref="RegistryException">The store takes no writes.</exception>
    public async Task KeepAsync(GivenVectors vectors)
    {
        try
        {
            await store.WriteAsync(GivenVectorsKind.Kind, vectors.Key, 0, GivenVectorsKind.Write(vectors));
        }
        catch (RecordOutcomeUnknownException unknown)
        {
            throw new RegistryException(RegistryError.Unavailable, $"{unknown.Message} The agent was not changed.", innerException: unknown)
            {
                RetryAfter = TimeSpan.FromSeconds(1),
            };
        }
    }

    /// <summary>Whether there is a record of the vectors that an agent's record names, though it may not be readable.</summary>
    public async Task<bool> HasAsync(AgentRecord agent, CancellationToken cancellationToken = default) => agent.Vectors is { } given
        && await store.ReadAsync(GivenVectorsKind.Kind, GivenVectors.KeyOf(agent, given), cancellationToken) is not null;

    /// <summary>The vectors that an agent's record names; null where they are not there, or not yet.</summary>
    public async Task<GivenVectors?> FindAsync(AgentRecord agent, CancellationToken cancellationToken = default)
    {
        if (agent.Vectors is not { } given)
        {
            return null;
        }

        var stored = await store.ReadAsync(GivenVectorsKind.Kind, GivenVectors.KeyOf(agent, given), cancellationToken);
        return stored is not null && faulty.TryRead(GivenVectorsKind.Kind, stored, GivenVectorsKind.Read) is { } found && found.AreOf(agent)
            ? found
            : null;
    }

    /// <summary>Removes vectors that no record names any more. Where that fails, whoever reads all vectors at its start tries again.</summary>
    public async Task RemoveAsync(RecordKey key)
    {
        try
        {
            if (await store.ReadAsync(GivenVectorsKind.Kind, key) is { } stored)
            {
                await store.DeleteAsync(GivenVectorsKind.Kind, key, stored.Version);
                faulty.Forget(GivenVectorsKind.Kind, key);
            }
        }
#pragma warning disable CA1031 // What it follows is done, and what is left is of no agent, and not shown.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogNotRemoved(logger, fault, LogText.Id(key.Id));
        }
    }

    [LoggerMessage(LogLevel.Warning, "Vectors that no agent has any more could not be removed, as record {Key}; the next start tries again.")]
    private static partial void LogNotRemoved(ILogger logger, Exception fault, string key);
}
