using Microsoft.AspNetCore.Http;
using OrleansRegistry.Rest.Agents;

namespace OrleansRegistry.Rest.Tasks;

/// <summary>Work for the workers of an agent: claimed under a lease, kept, given back.</summary>
internal sealed class TaskClaimEndpoints(ITaskRegistry registry, LongPoll polls, RegistryHttpOptions options)
{
    private const int MaxLeaseSeconds = 3600;

    private static readonly RequestMembers.Names Claim = new("worker", "leaseSeconds", "waitSeconds");
    private static readonly RequestMembers.Names Renewal = new("leaseToken", "leaseSeconds");
    private static readonly RequestMembers.Names Release = new("leaseToken");

    public void Map(ApiRoutes routes)
    {
        routes.Post("/agents/{id}/tasks:claim", ClaimAsync, TaskDocs.Operation(
            "claimTask", "Get a submitted task of an agent to work on, the oldest first")
            .Path("id", "The agent's id. A slash in it is written %2F.")
            .Says("The task is working then, and the worker's alone until its lease ends: "
                + "it is submitted again unless the lease was renewed. The token of the lease goes with every update (leaseToken). "
                + "The agent's workers may claim; of an agent that nobody owns, a caller gets its own tasks.")
            .Versioned()
            .Body("TaskClaim")
            .Idempotent()
            .Answer(200, "The task, with its messages, and its lease with the token.", "Task", isTagged: true)
            .Answer(204, "None came in time.")
            .Problems(400, 403, 413, 415, 503, 507));
        routes.Post("/tasks/{id}:renew", RenewAsync, TaskDocs.Task("renewLease", "Keep a claimed task for longer, from now on")
            .Versioned()
            .Body("TaskRenewal")
            .Answer(200, "It is kept.", "Task", isTagged: true)
            .Problems(400, 404, 409, 413, 415, 503, 507));
        routes.Post("/tasks/{id}:release", ReleaseAsync, TaskDocs.Task("releaseTask", "Give a claimed task back: it is submitted again")
            .Versioned()
            .Viewed()
            .Body("TaskRelease")
            .Idempotent()
            .Answer(200, "It is given back.", "Task", isTagged: true)
            .Problems(400, 404, 409, 413, 415, 503, 507));
    }

    private async Task ClaimAsync(HttpContext context)
    {
        var agent = AgentPaths.AgentId(context, segmentsAfter: 1);
        var shape = ReadShape(context);
        var body = await RequestBody.ReadJsonAsync(context, options.MaxTaskBodyBytes);
        var members = new RequestMembers(body.Bytes, Claim);
        var claim = new TaskClaim(members.Text("worker") ?? throw members.Missing("worker", "it names the worker, for people"))
        {
            Lease = Lease(members),
            Wait = members.Integer("waitSeconds", 0, LongPoll.MaxSeconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : TaskClaim.DefaultWait,
        };
        body.Release();
        var caller = context.GetCaller();
        var claimed = await polls.RunAsync(
            context, claim.Wait, (longest, ending) => registry.ClaimAsync(caller, agent, claim with { Wait = longest }, ending));
        if (claimed is { } task)
        {
            await TaskAnswers.SendAsync(context, task, shape);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
    }

    private async Task RenewAsync(HttpContext context)
    {
        var id = TaskPaths.TaskId(context, suffix: ":renew");
        var shape = ReadShape(context);
        var body = await RequestBody.ReadJsonAsync(context, options.MaxTaskBodyBytes);
        var members = new RequestMembers(body.Bytes, Renewal);
        var token = Token(members);
        var lease = Lease(members);
        body.Release();
        await TaskAnswers.SendAsync(context, await registry.RenewAsync(context.GetCaller(), id, token, lease, context.RequestAborted), shape);
    }

    private async Task ReleaseAsync(HttpContext context)
    {
        var id = TaskPaths.TaskId(context, suffix: ":release");
        GenerationCondition.Refuse(context.Request);
        var view = TaskAnswerView.Read(new QueryParameters(context));
        var shape = new TaskShape(StateFormat.Of(context), ShowsToken: true);
        var body = await RequestBody.ReadJsonAsync(context, options.MaxTaskBodyBytes);
        var token = Token(new RequestMembers(body.Bytes, Release));
        body.Release();
        var released = await registry.ReleaseAsync(context.GetCaller(), id, token, context.RequestAborted);
        await TaskAnswers.SendAsync(context, await view.LoadAsync(context, registry, released), shape);
    }

    private static TaskShape ReadShape(HttpContext context)
    {
        GenerationCondition.Refuse(context.Request);
        QueryParameters.Check(context);
        return new TaskShape(StateFormat.Of(context), ShowsToken: true);
    }

    private static TimeSpan Lease(RequestMembers members) =>
        members.Integer("leaseSeconds", 1, MaxLeaseSeconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : TaskClaim.DefaultLease;

    private static string Token(RequestMembers members) =>
        members.Text("leaseToken") ?? throw members.Missing("leaseToken", "it is the token that the claim was answered with");
}
