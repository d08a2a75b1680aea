using Microsoft.AspNetCore.Http;
using OrleansRegistry.Rest.Tasks;

namespace OrleansRegistry.Rest.Contexts;

/// <summary>Changes, empties and deletes contexts.</summary>
internal sealed class ContextWriteEndpoints(IContextRegistry registry, RegistryHttpOptions options)
{
    private static readonly RequestMembers.Names Update = new("data", "ifGenerationMatch");
    private static readonly RequestMembers.Names Append = new("message", "messages", "ifGenerationMatch");

    public void Map(ApiRoutes routes)
    {
        routes.Patch("/contexts/{id}", UpdateAsync, ContextPaths.Describe(
            "updateContext", "Make a context where there is none, and merge into its data, member by member")
            .IfGeneration()
            .Body("ContextUpdate", "application/json", "application/merge-patch+json")
            .Idempotent()
            .Answer(200, "It is stored.", "Context")
            .Problems(400, 404, 409, 412, 413, 415, 503, 507));
        routes.Post("/contexts/{id}/messages", AppendAsync, ContextPaths.Describe(
            "appendContextMessages", "Append to a context's own messages, making the context where there is none")
            .Says("A message whose messageId is there already is not stored again.")
            .IfGeneration()
            .Body("ContextMessages")
            .Idempotent()
            .Answer(200, "They are stored.", "Context")
            .Problems(400, 404, 409, 412, 413, 415, 503, 507));
        routes.Post("/contexts/{id}:clear", ClearAsync, ContextPaths.Describe(
            "clearContext", "Delete the tasks and messages of a context; the context and its data stay")
            .Idempotent()
            .Answer(200, "They are gone.", "ContextCleared")
            .Problems(400, 404, 503, 507));
        routes.Delete("/contexts/{id}", DeleteAsync, ContextPaths.Describe("deleteContext", "Delete a context with its tasks and messages")
            .Idempotent()
            .Answer(200, "It is gone.", "ContextCleared")
            .Problems(400, 404, 503, 507));
        routes.Refuse("/contexts/{id}", ContextPaths.HasNoAction);
    }

    private async Task UpdateAsync(HttpContext context)
    {
        var id = ContextPaths.ContextId(context);
        QueryParameters.Check(context);
        var body = await RequestBody.ReadJsonAsync(context, options.MaxTaskBodyBytes);
        var members = new RequestMembers(body.Bytes, Update);
        var data = members.Document("data") ?? throw members.Missing("data", "the body must be {\"data\": {…}}");
        var condition = GenerationCondition.Read(context.Request, members.Number("ifGenerationMatch", 0));
        var mustExist = GenerationCondition.DemandsAny(context.Request);
        var record = await registry.UpdateAsync(context.GetCaller(), id, data, condition, mustExist, context.RequestAborted);
        body.Release();
        await ContextJson.SendAsync(context, record);
    }

    private async Task AppendAsync(HttpContext context)
    {
        var id = ContextPaths.ContextId(context, segmentsAfter: 1);
        QueryParameters.Check(context);
        var body = await RequestBody.ReadJsonAsync(context, options.MaxTaskBodyBytes);
        var members = new RequestMembers(body.Bytes, Append);
        var messages = ReadMessages(members);
        var condition = GenerationCondition.Read(context.Request, members.Number("ifGenerationMatch", 0));
        var mustExist = GenerationCondition.DemandsAny(context.Request);
        var record = await registry.AppendAsync(context.GetCaller(), id, messages, condition, mustExist, context.RequestAborted);
        body.Release();
        await ContextJson.SendAsync(context, record);
    }

    private async Task ClearAsync(HttpContext context)
    {
        var id = ContextPaths.ContextId(context, suffix: ":clear");
        CheckBare(context);
        await SendAsync(context, id, await registry.ClearAsync(context.GetCaller(), id, context.RequestAborted));
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var id = ContextPaths.ContextId(context);
        CheckBare(context);
        await SendAsync(context, id, await registry.DeleteAsync(context.GetCaller(), id, context.RequestAborted));
    }

    private static void CheckBare(HttpContext context)
    {
        GenerationCondition.Refuse(context.Request);
        QueryParameters.Check(context);
    }

    private static IReadOnlyList<ReadOnlyMemory<byte>> ReadMessages(RequestMembers members)
    {
        if (members.Document("message") is not { } message)
        {
            return members.Has("messages")
                ? members.Entries("messages")
                : throw members.Missing("messages", "the body must be {\"messages\": […]} or {\"message\": {…}}, with A2A messages");
        }

        return members.Has("messages")
            ? throw RegistryException.Invalid("message", "stands for messages: give one of them")
            : [message];
    }

    private static Task SendAsync(HttpContext context, string id, long deletedTasks)
    {
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteString("id"u8, id);
        answer.Json.WriteNumber("deletedTasks"u8, deletedTasks);
        return answer.SendObjectAsync(context);
    }
}
