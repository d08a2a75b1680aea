using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.A2A.Service;

/// <summary>One request to an agent, by whichever binding it came.</summary>
/// <param name="Http">The request that carries it; of gRPC too.</param>
internal sealed record A2ACall(HttpContext Http, Caller Caller, AgentRecord Agent, FrontedAgent Card)
{
    /// <summary>The client is gone, and nobody waits for the answer.</summary>
    public CancellationToken Aborted => Http.RequestAborted;
}

/// <summary>
/// Finds the agent that a request is for, and checks what every request must meet: a version that is spoken here, and the extensions that the agent
/// demands. What is not the registry's to serve is not found, whether it exists or not.
/// </summary>
internal sealed class AgentGate(IAgentRegistry agents)
{
    /// <param name="tenant">The tenant that the path or the request names; null for none.</param>
    /// <exception cref="A2AException"><see cref="A2AError.NotFound"/>.</exception>
    public async ValueTask<A2ACall> FindAsync(HttpContext context, string agentId, string? tenant = null)
    {
        var caller = context.GetCaller();
        var agent = tenant is null || tenant == caller.Tenant
            ? await agents.GetAsync(caller, agentId, ReadConsistency.Local, context.RequestAborted)
            : null;
        return agent is not null && IsFronted(agent) ? new A2ACall(context, caller, agent, FrontedAgent.Of(agent)) : throw NotFound();
    }

    /// <summary>Checks <c>A2A-Version</c> and <c>A2A-Extensions</c>, and tells which extensions count.</summary>
    /// <param name="speaks">The versions that the binding speaks, newest first.</param>
    /// <exception cref="A2AException"><see cref="A2AError.VersionNotSupported"/> or <see cref="A2AError.ExtensionSupportRequired"/>.</exception>
    public static ProtocolVersion Check(A2ACall call, params ReadOnlySpan<ProtocolVersion> speaks)
    {
        var parameters = ServiceParameters.Of(call.Http);
        if (parameters.Known() is not { } version || !speaks.Contains(version))
        {
            throw VersionNotSupported(parameters.Version, speaks);
        }

        foreach (var required in call.Card.RequiredExtensions)
        {
            if (!parameters.Extensions.Contains(required, StringComparer.Ordinal))
            {
                throw new A2AException(
                    A2AError.ExtensionSupportRequired,
                    $"This agent requires the extension {required}: name it in {ServiceParameters.ExtensionsName} if you support it.");
            }
        }

        var active = parameters.Extensions.Intersect(call.Card.Extensions, StringComparer.Ordinal).ToList();
        if (active.Count > 0)
        {
            call.Http.Response.Headers[ServiceParameters.ExtensionsName] = string.Join(", ", active);
        }

        return version;
    }

    /// <summary>Checks the tenant that the body of a request names: the caller's, or by gRPC's custom the agent.</summary>
    /// <exception cref="A2AException"><see cref="A2AError.NotFound"/>.</exception>
    public static void CheckTenant(A2ACall call, string? tenant)
    {
        if (tenant is not null && tenant != call.Caller.Tenant && tenant != call.Agent.Id)
        {
            throw NotFound();
        }
    }

    /// <summary>One text for all that is not here, so that nobody learns what there is.</summary>
    private static A2AException NotFound() => new(A2AError.NotFound, "There is no agent at this address.");

    /// <summary>Whether messages for the agent come to the registry.</summary>
    private static bool IsFronted(AgentRecord agent) => agent.EffectiveDelivery is AgentDelivery.Worker or AgentDelivery.Forward;

    private static A2AException VersionNotSupported(string version, ReadOnlySpan<ProtocolVersion> speaks)
    {
        var names = new List<string>();
        foreach (var spoken in speaks)
        {
            names.Add(spoken == ProtocolVersion.V10 ? "1.0" : "0.3");
        }

        var asked = version.Length == 0 ? $"Without {ServiceParameters.VersionName} a request is of A2A 0.3" : $"A2A {LogText.Id(version)}";
        return new A2AException(
            A2AError.VersionNotSupported, $"{asked}, which is not supported here; supported is {string.Join(" and ", names)}.");
    }
}
