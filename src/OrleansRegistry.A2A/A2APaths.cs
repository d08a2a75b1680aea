using Microsoft.AspNetCore.Http;
using OrleansRegistry.A2A.Service;

namespace OrleansRegistry.A2A;

/// <summary>Where agents are reached, and the ids in the paths of requests.</summary>
internal static class A2APaths
{
    public const string Agent = "/a2a/{agentId}";
    public const string AgentOfTenant = "/{tenant}/a2a/{agentId}";

    /// <summary>The agent that the path names.</summary>
    /// <param name="segmentsAfter">How many path segments follow the agent's.</param>
    /// <exception cref="A2AException">It is not found.</exception>
    public static ValueTask<A2ACall> FindAsync(AgentGate gate, HttpContext context, int segmentsAfter) => gate.FindAsync(
        context,
        RawPath.Id(context, "agentId", segmentsAfter, parameter: "agentId"),
        context.Request.RouteValues.TryGetValue("tenant", out var tenant) ? (string?)tenant : null);

    /// <summary>The task that the path names.</summary>
    /// <param name="suffix">The operation that follows the id in its segment, such as <c>:cancel</c>.</param>
    public static string TaskId(HttpContext context, int segmentsAfter = 0, string suffix = "") => RawPath.Id(
        context,
        "id",
        segmentsAfter,
        suffix,
        () => new HttpProblemException(StatusCodes.Status404NotFound, $"There is no such operation: the colon in {suffix} is not escaped."));

    public static string ConfigId(HttpContext context) => RawPath.Id(context, "configId", parameter: "configId");
}
