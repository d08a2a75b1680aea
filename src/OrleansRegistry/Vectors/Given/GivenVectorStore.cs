using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace OrleansRegistry.Vectors.Given;

/// <summary>
/// Keeps the vectors that agents were given. They are stored before the agent's record that names them: a process that ends in between leaves a record
/// that nobody is shown, and that the next vectors for the agent take the place of.
/// </summary>
internal sealed partial class GivenVectorStore(IRecordStore store, UnreadableRecords faulty, ILogger<GivenVectorStore> logger)
{
    /// <summary>Stores vectors that the agent's record is about to name.</summary>
    /// <param name="agent">As its grain believes that it is.</param>
    /// <exception cref="InconsistentStateException">The agent is not as its grain believes: it is to read it again.</exception>
    /// <exception cref="RegistryException">The store takes no writes.</exception>
    public async Task KeepAsync(AgentRecord agent, GivenVectors vectors)
    {
        var body = GivenVectorsKind.Write(vectors);
        try
        {
            await WriteAsync(vectors.Key, 0, body);
        }
        catch (InconsistentStateException other)
        {
            var there = await store.ReadAsync(GivenVectorsKind.Kind, vectors.Key);
            var head = await store.ReadAsync(AgentKind.Kind, new RecordKey(agent.Tenant, agent.Id));
            if (head?.Version != agent.Revision)
            {
                throw new InconsistentStateException($"Agent '{agent.Id}' has another revision than {agent.Revision} by now.", other);
            }

            await WriteAsync(vectors.Key, there?.Version ?? 0, body);
        }
    }

    /// <summary>The vectors that an agent's record names; null where they are not there, or not yet.</summary>
    public async Task<GivenVectors?> FindAsync(AgentRecord agent, CancellationToken cancellationToken = default)
    {
        if (agent.Vectors is not { } given)
        {
            return null;
        }

        var stored = await store.ReadAsync(GivenVectorsKind.Kind, GivenVectors.KeyOf(agent, given.Number), cancellationToken);
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

    private async Task WriteAsync(RecordKey key, long expectedVersion, RecordBody body)
    {
        try
        {
            await store.WriteAsync(GivenVectorsKind.Kind, key, expectedVersion, body);
        }
        catch (RecordOutcomeUnknownException unknown)
        {
            throw new RegistryException(RegistryError.Unavailable, $"{unknown.Message} The agent was not changed.", innerException: unknown)
            {
                RetryAfter = TimeSpan.FromSeconds(1),
            };
        }
    }

    [LoggerMessage(LogLevel.Warning, "Vectors that no agent has any more could not be removed, as record {Key}; the next start tries again.")]
    private static partial void LogNotRemoved(ILogger logger, Exception fault, string key);
}
