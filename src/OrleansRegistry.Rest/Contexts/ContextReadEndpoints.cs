using Microsoft.AspNetCore.Http;
using OrleansRegistry.Rest.Tasks;

namespace OrleansRegistry.Rest.Contexts;

/// <summary>Contexts, their messages and their tasks, as they are.</summary>
internal sealed class ContextReadEndpoints(IContextRegistry registry, ITaskRegistry tasks)
{
    public void Map(ApiRoutes routes)
    {
        routes.Get("/contexts", ListAsync, ContextPaths.Operation("listContexts", "Contexts, newest change first, with how many tasks they have")
            .Paged(PageLimit.Contexts)
            .Answer(200, "A page of contexts. nextPageToken is empty on the last.", "ContextList")
            .Problems(400, 503));
        routes.Get("/contexts/{id}", GetAsync, ContextPaths.Describe("getContext", "One context, its data, and the ids of its newest tasks")
            .Answer(200, "The context.", "Context")
            .Problems(400, 404, 503));
        routes.Get("/contexts/{id}/messages", GetMessagesAsync, ContextPaths.Describe(
            "listContextMessages", "The context's own messages, oldest first, page by page")
            .Paged(PageLimit.Items)
            .Answer(200, "A page of messages.", "MessageList")
            .Problems(400, 404, 413, 503));
        routes.Get("/contexts/{id}/tasks", ListTasksAsync, TaskListEndpoints.Describe(ContextPaths.Describe(
            "listContextTasks", "The tasks of a context, newest status first"))
            .Problems(404));
        routes.Get("/contexts/{id}/owner", GetOwnerAsync, ContextPaths.Describe("getContextOwner", "Who owns a context")
            .Answer(200, "The owner.", "ContextOwner")
            .Problems(400, 404, 503));
    }

    private async Task ListAsync(HttpContext context)
    {
        var parameters = new QueryParameters(context);
        var size = parameters.PageSize(PageLimit.Contexts) ?? PageLimit.Contexts.Usual;
        var page = await registry.ListAsync(context.GetCaller(), size, parameters.Text("page_token"), context.RequestAborted);
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteStartArray("contexts"u8);
        foreach (var summary in page.Contexts)
        {
            await ContextJson.WriteAsync(answer, context, summary);
        }

        answer.Json.WriteEndArray();
        answer.Json.WriteUnreadable(page.Unreadable);
        answer.Json.WritePageEnd(page.NextPageToken, size, total: null);
        await answer.SendObjectAsync(context);
    }

    private async Task GetAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        var summary = await FindAsync(context, ContextPaths.ContextId(context));
        var answer = JsonAnswer.Rent();
        await ContextJson.WriteAsync(answer, context, summary);
        await answer.SendAsync(context);
    }

    private async Task GetMessagesAsync(HttpContext context)
    {
        var id = ContextPaths.ContextId(context, segmentsAfter: 1);
        var parameters = new QueryParameters(context);
        var size = parameters.PageSize(PageLimit.Items) ?? PageLimit.Items.Usual;
        var page = await registry.ReadMessagesAsync(context.GetCaller(), id, size, parameters.Text("page_token"), context.RequestAborted);
        await ItemPages.SendMessagesAsync(context, page, size);
    }

    private async Task ListTasksAsync(HttpContext context)
    {
        var id = ContextPaths.ContextId(context, segmentsAfter: 1);
        var list = TaskList.Read(context, id);
        var page = await tasks.ListAsync(context.GetCaller(), list.Query, context.RequestAborted);
        if (page.Tasks.Count == 0)
        {
            // Where there are tasks there is the context; only an empty list leaves it open.
            await FindAsync(context, id);
        }

        await list.SendAsync(context, page);
    }

    private async Task GetOwnerAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        var summary = await FindAsync(context, ContextPaths.ContextId(context, segmentsAfter: 1));
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteString("contextId"u8, summary.Context.Id);
        answer.Json.WriteString("owner"u8, summary.Context.Owner);
        await answer.SendObjectAsync(context);
    }

    private async Task<ContextSummary> FindAsync(HttpContext context, string id) =>
        await registry.GetAsync(context.GetCaller(), id, context.RequestAborted) ?? throw ContextPaths.NotFound();
}
