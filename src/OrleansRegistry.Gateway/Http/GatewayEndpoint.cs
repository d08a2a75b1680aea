using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Gateway.Http;

/// <summary>What every endpoint about agents does around its own work: wait for a revision that is asked for, tell the revision, answer faults.</summary>
/// <param name="registry">Null where the endpoint is not about agents.</param>
internal sealed class GatewayEndpoint(Func<HttpContext, Task> handler, IAgentRegistry? registry, GatewayErrors errors)
{
    /// <summary>The same, for callers who say who they are.</summary>
    public GatewayEndpoint DemandingCaller() => new(
        context =>
        {
            _ = CallerOf.Request(context);
            return handler(context);
        },
        registry,
        errors);

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            HonestPath.Demand(context);
            if (RevisionHeader.Read(context.Request) is { } revision)
            {
                await registry!.WaitForRevisionAsync(revision, context.RequestAborted);
            }

            // Before the work: what a read finds is at least as new.
            RevisionHeader.Set(context.Response, registry!.Revision);
            await handler(context);
        }
        catch (Exception fault)
        {
            await errors.SendAsync(context, fault);
        }
    }

    /// <summary>For endpoints that are not about agents, and so ask nothing of the registry.</summary>
    public async Task InvokePlainAsync(HttpContext context)
    {
        try
        {
            HonestPath.Demand(context);
            await handler(context);
        }
        catch (Exception fault)
        {
            await errors.SendAsync(context, fault);
        }
    }
}
