using System.Text.Json;
using Microsoft.Extensions.Options;
using OrleansRegistry.Agents;
using OrleansRegistry.Directory;
using OrleansRegistry.Forwarding.Wire;

namespace OrleansRegistry.Forwarding.Agents;

/// <summary>Finds out how agents are reached, by their cards and instances as they are now.</summary>
internal sealed class RemoteAgents(
    AgentDirectory agents, IHttpClientFactory clients, IOptions<ForwardingOptions> options, [RegistryTime] TimeProvider time)
{
    /// <summary>The agent of a task; of several instances, the one that has the task, else the one that has its context's tasks.</summary>
    /// <exception cref="RemoteFault">The agent is not registered any more, or there is nothing that can be forwarded to.</exception>
    public RemoteAgent Find(TaskRecord task)
    {
        if (agents.Find(task.Tenant, task.AgentId!) is not { } agent)
        {
            throw new RemoteFault("The agent is not registered any more.");
        }

        return Reach(agent, InstanceRoute.Of(agent, task.Remote, task.ContextId));
    }

    /// <summary>Another instance for a task that none has yet; null where there is none.</summary>
    /// <param name="tried">The names of those that could not be reached.</param>
    public RemoteAgent? FindOther(TaskRecord task, IReadOnlySet<string> tried) =>
        agents.Find(task.Tenant, task.AgentId!) is { } agent && InstanceRoute.Other(agent, task.ContextId, tried) is { } other
            ? Reach(agent, new InstanceRoute(other))
            : null;

    private RemoteAgent Reach(AgentRecord agent, InstanceRoute route)
    {
        using var card = JsonDocument.Parse(agent.Card.Utf8, JsonInput.Stored);
        var chosen = ForwardingRules.Chosen(card.RootElement)
            ?? throw new RemoteFault("The agent's card names no interface that this registry could forward to.");
        chosen = route.Instance is { } instance ? chosen with { Url = instance.Url } : chosen;
        var url = new Uri(chosen.Url);
        // Another card may lead elsewhere: what is secret is for whom it was set.
        var isMeant = agent.CredentialOrigins.Contains(ForwardingRules.OriginOf(chosen.Url), StringComparer.Ordinal);
        var headers = isMeant ? agent.Credentials!.Headers : null;
        var secrets = new SecretTexts(headers);
        IBinding binding = chosen.Binding == "HTTP+JSON"
            ? new HttpJsonBinding(url, chosen.Tenant, secrets)
            : new JsonRpcBinding(url, chosen.Tenant, chosen.IsBeforeV10, secrets);
        return new RemoteAgent(clients.CreateClient(RegistryForwarding.ClientName), binding, options.Value, time)
        {
            Streams = CardJson.TryGet(card.RootElement, "capabilities", out var capabilities) && capabilities.Flag("streaming"),
            Version = chosen.IsBeforeV10 ? "0.3" : "1.0",
            Headers = headers,
            Instance = route.Instance?.Name,
            Lost = route.Lost,
        };
    }
}
