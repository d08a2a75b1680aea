using Microsoft.AspNetCore.Http;
using OrleansRegistry.Rest.Agents;

namespace OrleansRegistry.Rest.Instances;

/// <summary>The agent and the instance in a path: <c>/agents/{id}/instances/{name}</c>.</summary>
internal static class InstancePaths
{
    /// <param name="segmentsAfter">How many path segments follow the name's.</param>
    /// <param name="suffix">What must literally follow the name in its segment: <c>:heartbeat</c>.</param>
    /// <exception cref="RegistryException">One of the two is not valid, or the path does not tell which is meant.</exception>
    public static LeaseHolder Holder(HttpContext context, int segmentsAfter = 0, string suffix = "") => new(
        AgentPaths.AgentId(context, segmentsAfter + 2),
        RawPath.Id(context, "instance", segmentsAfter, suffix, HasNoAction, parameter: "name"));

    private static HttpProblemException HasNoAction() =>
        new(StatusCodes.Status405MethodNotAllowed, "POST takes /agents/{id}/instances/{name} with :heartbeat")
        {
            Header = ("Allow", "DELETE, GET, HEAD, PUT"),
        };
}

/// <summary>Parts that the descriptions of endpoints share.</summary>
internal static class InstanceDocs
{
    public static ApiOperation Instance(string operationId, string summary) => AgentDocs.Agent(operationId, summary)
        .Path("name", "The instance's name, unique within the agent. A slash in it is written %2F.");
}
