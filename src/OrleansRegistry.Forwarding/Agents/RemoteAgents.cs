using System.Text.Json;
using Microsoft.Extensions.Options;
using OrleansRegistry.Agents;
using OrleansRegistry.Directory;
using OrleansRegistry.Forwarding.Wire;

namespace OrleansRegistry.Forwarding.Agents;

/// <summary>Finds out how agents are reached, by their cards as they are now.</summary>
internal sealed class RemoteAgents(
    AgentDirectory agents, IHttpClientFactory clients, IOptions<ForwardingOptions> options, [RegistryTime] TimeProvider time)
{
    /// <exception cref="RemoteFault">The agent is not registered any more, or its card names nothing that can be forwarded to.</exception>
    public RemoteAgent Find(string tenant, string agentId)
    {
        if (agents.Find(tenant, agentId) is not { } agent)
        {
            throw new RemoteFault("The agent is not registered any more.");
        }

        using var card = JsonDocument.Parse(agent.Card.Utf8, JsonInput.Stored);
        var chosen = ForwardingRules.Chosen(card.RootElement)
            ?? throw new RemoteFault("The agent's card names no interface that this registry could forward to.");
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
        };
    }
}
