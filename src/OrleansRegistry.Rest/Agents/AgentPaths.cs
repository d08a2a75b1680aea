using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Agents;

/// <summary>The ids in the paths of agents.</summary>
internal static class AgentPaths
{
    /// <exception cref="RegistryException">It is not a valid id, or the path does not tell which one is meant.</exception>
    public static string AgentId(HttpContext context, int segmentsAfter = 0, string suffix = "")
    {
        var id = RawPath.Id(context, "agent_id", segmentsAfter, suffix, HasNoAction);
        Identifiers.CheckId(id);
        return id;
    }

    public static HttpProblemException HasNoAction() =>
        new(StatusCodes.Status405MethodNotAllowed, "POST takes /agents/{id} with :enable, :disable, :refresh, :rollback, :heartbeat and :probe")
        {
            Header = ("Allow", "DELETE, GET, HEAD, PATCH, PUT"),
        };

    /// <summary>Worded as clients of the older registry expect it.</summary>
    public static RegistryException NotFound() => new(RegistryError.NotFound, "Agent not found", "agent_id");
}
