using Orleans.Storage;

namespace OrleansRegistry.Agents;

/// <summary>The vectors that the agent was given.</summary>
internal sealed partial class AgentGrain
{
    public async Task<AgentWritten> SetVectors(AgentVectorsChange change)
    {
        var agent = await ExistsOrReloadAsync() ? Readable()! : throw NotFound();
        Access.DemandOwner(id, agent.Owner, change.Subject, "give it vectors or take them away", "vectors");

        // What is refused stores nothing.
        await CheckCurrentAsync(change.Condition);
        agent = Readable() ?? throw NotFound();
        var number = (agent.VectorStamp?.Number ?? 0) + 1;
        var stamp = new AgentVectorInfo(change.Model ?? "", change.Dimensions, change.Count, time.GetUtcMilliseconds())
        {
            Number = number,
            Unknown = agent.VectorStamp?.Unknown ?? default,
        };
        if (change.Model is not null)
        {
            try
            {
                await givenVectors.KeepAsync(change.For(agent, stamp));
            }
            catch
            {
                DeactivateOnIdle();
                throw;
            }
        }
        else if (agent.Vectors is null)
        {
            return new AgentWritten(ReplacedCards.Without(agent), Created: false);
        }

        var written = await WriteAsync(change.Condition, mark: null, creates: false, now =>
            now!.CreatedAt == agent.CreatedAt && (now.VectorStamp?.Number ?? 0) == number - 1
                ? now with { VectorStamp = stamp, UpdatedAt = stamp.WrittenAt }
                : throw new InconsistentStateException($"Agent '{id}' was changed by another silo."));
        if (agent.Vectors is { } before)
        {
            await givenVectors.RemoveAsync(GivenVectors.KeyOf(agent, before));
        }

        return written;
    }
}
