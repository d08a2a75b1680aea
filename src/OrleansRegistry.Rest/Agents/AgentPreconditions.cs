using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Agents;

/// <summary>What <c>If-Match</c> and <c>If-None-Match</c> ask of a write.</summary>
/// <remarks>Source: RFC 9110, 13.1. The registry takes one revision or absence; <c>*</c> and lists are put in those terms here.</remarks>
internal sealed class AgentPreconditions
{
    private const int MostTries = 16;

    private readonly long[]? anyOf;
    private readonly bool mustExist;

    private AgentPreconditions(WriteCondition condition, long[]? anyOf, bool mustExist)
    {
        Simple = condition;
        this.anyOf = anyOf;
        this.mustExist = mustExist;
    }

    private static AgentPreconditions None { get; } = new(default, null, mustExist: false);

    /// <summary>The condition, where the registry can check it by itself.</summary>
    public WriteCondition Simple { get; }

    /// <summary>Whether the agent as it is must be known to tell.</summary>
    public bool NeedsAgent => anyOf is not null || mustExist;

    public static AgentPreconditions Read(HttpRequest request)
    {
        var ifMatch = request.Headers.IfMatch;
        var ifNoneMatch = request.Headers.IfNoneMatch;
        if (ifMatch.Count == 0 && ifNoneMatch.Count == 0)
        {
            return None;
        }

        if (ifNoneMatch.Count > 0)
        {
            return ifMatch.Count > 0 || ifNoneMatch != "*"
                ? throw RegistryException.Invalid("If-None-Match", "of a write must be *, and stand without If-Match")
                : new AgentPreconditions(new WriteCondition(null, IfAbsent: true), null, mustExist: false);
        }

        if (ifMatch == "*")
        {
            return new AgentPreconditions(default, null, mustExist: true);
        }

        var revisions = EntityTags.Parse(ifMatch, "If-Match").Select(EntityTags.ToRevision).ToArray();
        return revisions is [>= 0]
            ? new AgentPreconditions(new WriteCondition(revisions[0]), null, mustExist: false)
            : new AgentPreconditions(default, revisions, mustExist: true);
    }

    /// <summary>Does a write of agent <paramref name="id"/> if these hold.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Conflict"/>: they do not.</exception>
    /// <param name="creates">Whether the write would make an agent: where there is none, a condition on it fails. Else the request fails without any condition (404).</param>
    public async Task<T> WriteAsync<T>(
        IAgentRegistry registry, Caller caller, string id, bool creates, Func<WriteCondition, Task<T>> write, CancellationToken cancellationToken)
    {
        if (!NeedsAgent)
        {
            return await write(Simple);
        }

        for (var tries = 1; ; tries++)
        {
            var agent = await registry.GetAsync(caller, id, ReadConsistency.Strong, cancellationToken);
            if (caller.IdempotencyKey is not null && (agent is null || anyOf?.Contains(agent.Revision) == false))
            {
                // Perhaps it was this request, sent before, that changed it: its writer knows.
                return await write(new WriteCondition(anyOf?[0] ?? -1));
            }

            _ = agent ?? throw (creates ? new RegistryException(RegistryError.Conflict, "If-Match: there is no such agent", "If-Match") : AgentPaths.NotFound());
            if (anyOf is not null && !anyOf.Contains(agent.Revision))
            {
                throw new RegistryException(RegistryError.Conflict, $"If-Match: the agent has revision {agent.Revision}", "If-Match");
            }

            try
            {
                return await write(new WriteCondition(agent.Revision));
            }
            catch (RegistryException fault) when (fault.Error == RegistryError.Conflict && tries < MostTries)
            {
                // Somebody wrote in between: look again whether the conditions hold of what is there now.
            }
        }
    }
}
