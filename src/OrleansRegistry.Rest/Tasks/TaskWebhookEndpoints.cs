using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Tasks;

/// <summary>Webhooks for a task's events: <c>/tasks/{id}/pushNotificationConfigs</c>, named and shaped as in A2A 1.0.</summary>
internal sealed class TaskWebhookEndpoints(ITaskRegistry registry, RegistryHttpOptions options)
{
    public void Map(ApiRoutes routes)
    {
        routes.Post("/tasks/{id}/pushNotificationConfigs", SaveAsync, TaskDocs.Task(
            "saveWebhook", "Store a webhook of a task, or replace the one of that id")
            .Says("Up to 8 KiB, and 32 of a task. It gets what happens from now on; one that is saved again goes on from where it was, also where it "
                + "was given up. authentication.credentials are not shown again.")
            .Body("PushNotificationConfig")
            .Idempotent()
            .Answer(200, "It is stored.", "PushNotificationConfig")
            .Problems(400, 404, 409, 413, 415, 503, 507));
        routes.Get("/tasks/{id}/pushNotificationConfigs", ListAsync, TaskDocs.Task(
            "listWebhooks", "The webhooks of a task, in the order of their ids")
            .Leased()
            .Answer(200, "All of them.", "PushNotificationConfigList")
            .Problems(400, 404, 503));
        routes.Get("/tasks/{id}/pushNotificationConfigs/{configId}", GetAsync, TaskDocs.Task("getWebhook", "One webhook of a task")
            .Path("configId", "The webhook's id.")
            .Leased()
            .Answer(200, "The webhook.", "PushNotificationConfig")
            .Problems(400, 404, 503));
        routes.Delete("/tasks/{id}/pushNotificationConfigs/{configId}", DeleteAsync, TaskDocs.Task(
            "deleteWebhook", "Delete a webhook of a task; it may be gone already")
            .Path("configId", "The webhook's id.")
            .Says("Of a task in any state, also one that is over.")
            .Idempotent()
            .Answer(204, "It is gone.")
            .Problems(400, 404, 503, 507));
    }

    private async Task SaveAsync(HttpContext context)
    {
        var id = ReadTaskId(context, segmentsAfter: 1);
        GenerationCondition.Refuse(context.Request);
        var body = await RequestBody.ReadJsonAsync(context, options.MaxTaskBodyBytes);
        var webhook = await registry.SaveWebhookAsync(context.GetCaller(), id, body.Bytes, cancellationToken: context.RequestAborted);
        body.Release();
        await SendAsync(context, id, webhook);
    }

    private async Task ListAsync(HttpContext context)
    {
        var id = ReadTaskId(context, segmentsAfter: 1);
        var webhooks = await registry.ListWebhooksAsync(context.GetCaller(), id, TaskReadEndpoints.LeaseToken(context), context.RequestAborted);
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteStartArray("configs"u8);
        foreach (var webhook in webhooks)
        {
            Write(answer.Json, id, webhook);
        }

        answer.Json.WriteEndArray();
        answer.Json.WriteString("nextPageToken"u8, ""u8);
        await answer.SendObjectAsync(context);
    }

    private async Task GetAsync(HttpContext context)
    {
        var id = ReadTaskId(context, segmentsAfter: 2);
        var configId = TaskPaths.WebhookId(context);
        var webhooks = await registry.ListWebhooksAsync(context.GetCaller(), id, TaskReadEndpoints.LeaseToken(context), context.RequestAborted);
        var webhook = webhooks.FirstOrDefault(webhook => webhook.Id == configId)
            ?? throw new RegistryException(RegistryError.NotFound, "The task has no such webhook", "config_id");
        await SendAsync(context, id, webhook);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var id = ReadTaskId(context, segmentsAfter: 2);
        GenerationCondition.Refuse(context.Request);
        await registry.DeleteWebhookAsync(context.GetCaller(), id, TaskPaths.WebhookId(context), context.RequestAborted);
        await TaskAnswers.SendDeletedAsync(context);
    }

    private static string ReadTaskId(HttpContext context, int segmentsAfter)
    {
        QueryParameters.Check(context);
        return TaskPaths.TaskId(context, segmentsAfter);
    }

    private static Task SendAsync(HttpContext context, string taskId, TaskWebhook webhook)
    {
        var answer = JsonAnswer.Rent();
        Write(answer.Json, taskId, webhook);
        return answer.SendAsync(context);
    }

    /// <summary>The configuration's members as they were sent, but for secrets, after the two ids; and how far its delivery is.</summary>
    private static void Write(Utf8JsonWriter json, string taskId, TaskWebhook webhook)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, webhook.Id);
        json.WriteString("taskId"u8, taskId);
        var members = new JsonMembers(webhook.Config.Utf8, "config");
        while (members.Next())
        {
            if (!members.NameIs("id"u8) && !members.NameIs("taskId"u8) && !members.NameIs("delivered"u8) && !members.NameIs("failure"u8))
            {
                json.WritePropertyName(members.Name);
                json.WriteRawValue(members.Value.Span, skipInputValidation: true);
            }
        }

        json.WriteGiven("delivered", webhook.Delivered);

        if (webhook.Failure is { } failure)
        {
            json.WriteStartObject("failure"u8);
            json.WriteString("reason"u8, failure.Reason);
            json.WriteTime("at", failure.At);
            json.WriteNumber("attempts"u8, failure.Attempts);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
