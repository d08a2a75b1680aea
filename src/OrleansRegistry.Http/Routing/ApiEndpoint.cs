using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Http;

/// <summary>Answers a request that ended in <paramref name="fault"/>.</summary>
internal delegate Task FaultAnswer(HttpContext context, Exception fault);

/// <summary>What every endpoint does around its own work: find out who calls and whether there is room, check the path, wait for a revision that is asked for, answer faults.</summary>
/// <param name="registry">Null where answers carry no revision.</param>
/// <param name="limits">Null where requests are not limited.</param>
internal sealed class ApiEndpoint(Func<HttpContext, Task> handler, IAgentRegistry? registry, FaultAnswer answerFault, RequestLimits? limits)
{
    public async Task InvokeAsync(HttpContext context)
    {
        RequestPlace? place = null;
        try
        {
            if (limits is null)
            {
                await CallerRule.AdmitAsync(context);
            }
            else
            {
                place = await limits.AdmitAsync(context);
                if (place.Refusal is { } refusal)
                {
                    await answerFault(context, refusal);
                    return;
                }
            }

            PathCheck.Demand(context);
            if (registry is not null)
            {
                await AwaitRevisionAsync(context, registry);
            }

            await handler(context);
        }
        catch (Exception fault)
        {
            await answerFault(context, fault);
        }
        finally
        {
            place?.Dispose();
        }
    }

    private static async ValueTask AwaitRevisionAsync(HttpContext context, IAgentRegistry registry)
    {
        if (RevisionHeader.Read(context.Request) is { } revision)
        {
            await registry.WaitForRevisionAsync(revision, context.RequestAborted);
        }

        // Before the work: what a read finds is at least as new.
        RevisionHeader.Set(context.Response, registry.Revision);
    }
}
