using Microsoft.AspNetCore.Http;
using OrleansRegistry.A2A.Service;

namespace OrleansRegistry.A2A.HttpJson;

/// <summary>
/// Maps operations below <c>/a2a/{agentId}</c>, and the same below <c>/{tenant}/a2a/{agentId}</c>, which the OpenAPI document does not repeat. Each is
/// run for an agent that was found, in A2A 1.0.
/// </summary>
internal sealed class HttpJsonRoutes
{
    private readonly AgentGate gate;
    private readonly ApiRoutes routes;
    private readonly ApiRoutes hidden;

    public HttpJsonRoutes(ApiRoutes routes, AgentGate gate, A2AFaults faults)
    {
        this.gate = gate;
        this.routes = routes.Answering((context, fault) => faults.AnswerAsync(
            context, fault, HttpJsonAnswers.TypeFor(context.Request), (json, error) => A2AErrorJson.WriteStatus(json, error, faults.Now)));
        hidden = this.routes.Hidden();
    }

    public void Get(string path, Func<A2ACall, Task> run, ApiOperation description) =>
        Map(path, run, description, (on, pattern, handler, described) => on.Get(pattern, handler, described));

    public void Post(string path, Func<A2ACall, Task> run, ApiOperation description) =>
        Map(path, run, description, (on, pattern, handler, described) => on.Post(pattern, handler, described));

    public void Delete(string path, Func<A2ACall, Task> run, ApiOperation description) =>
        Map(path, run, description, (on, pattern, handler, described) => on.Delete(pattern, handler, described));

    /// <summary>Answers what is below an agent's address, and is no operation, in A2A's form.</summary>
    public void RefuseOthers() => routes.RefuseAll(
        A2APaths.Agent + "/{**rest}",
        () => new A2AException(A2AError.MethodNotFound, "There is no such operation of A2A: method and path together name one."));

    private void Map(
        string path,
        Func<A2ACall, Task> run,
        ApiOperation description,
        Action<ApiRoutes, string, Func<HttpContext, Task>, ApiOperation> map)
    {
        var segmentsAfter = path.Count(c => c == '/');
        map(routes, A2APaths.Agent + path, HandleAsync, description);
        map(hidden, A2APaths.AgentOfTenant + path, HandleAsync, description);

        async Task HandleAsync(HttpContext context)
        {
            var call = await A2APaths.FindAsync(gate, context, segmentsAfter);
            AgentGate.Check(call, ProtocolVersion.V10);
            await run(call);
        }
    }
}
