using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace OrleansRegistry.A2A.Service;

/// <summary>Configurations of push notifications.</summary>
/// <remarks>Source: A2A 1.0, 3.1.7 to 3.1.10.</remarks>
internal sealed partial class A2AService
{
    /// <summary>CreateTaskPushNotificationConfig: adds a configuration, or replaces the one with its id.</summary>
    /// <param name="config">One JSON object, as it was sent.</param>
    /// <exception cref="A2AException">It is refused.</exception>
    public Task<TaskWebhook> CreatePushConfigAsync(A2ACall call, string taskId, ReadOnlyMemory<byte> config)
    {
        CheckPushes(call);
        return RunAsync(
            taskId,
            async () =>
            {
                CheckScheme(config);
                _ = await FindAsync(call, taskId, Head);
                return await tasks.SaveWebhookAsync(call.Caller, taskId, config, id: null, call.Aborted);
            },
            blamed => blamed.StartsWith("config.", StringComparison.Ordinal) ? blamed["config.".Length..] : RequestNames.ToCamelCase(blamed));
    }

    /// <summary>GetTaskPushNotificationConfig.</summary>
    /// <exception cref="A2AException">It is refused; <see cref="A2AError.TaskNotFound"/> also where there is no such configuration (3.1.8).</exception>
    public async Task<TaskWebhook> GetPushConfigAsync(A2ACall call, string taskId, string id) =>
        (await ReadPushConfigsAsync(call, taskId)).FirstOrDefault(config => config.Id == id)
            ?? throw new A2AException(A2AError.TaskNotFound, $"Task '{LogText.Id(taskId)}' has no push configuration '{LogText.Id(id)}'.")
            {
                TaskId = taskId,
            };

    /// <summary>ListTaskPushNotificationConfigs, in the order of their ids.</summary>
    /// <param name="pageSize">Null and 0 for all of them, which are few.</param>
    /// <inheritdoc cref="CreatePushConfigAsync"/>
    public async Task<PushConfigPage> ListPushConfigsAsync(A2ACall call, string taskId, int? pageSize, string? pageToken)
    {
        if (pageSize < 0)
        {
            throw A2AException.Invalid("pageSize", $"must not be negative, as {pageSize} is");
        }

        var after = pageToken is null ? "" : ReadToken(pageToken);
        var rest = (await ReadPushConfigsAsync(call, taskId)).Where(config => string.CompareOrdinal(config.Id, after) > 0).ToList();
        return pageSize is { } size and > 0 && size < rest.Count
            ? new PushConfigPage(taskId, rest[..size], Base64Url.EncodeToString(Encoding.UTF8.GetBytes(rest[size - 1].Id)))
            : new PushConfigPage(taskId, rest, "");
    }

    /// <summary>DeleteTaskPushNotificationConfig. One that is gone already is no error.</summary>
    /// <inheritdoc cref="CreatePushConfigAsync"/>
    public Task DeletePushConfigAsync(A2ACall call, string taskId, string id)
    {
        CheckPushes(call);
        return RunAsync(taskId, async () =>
        {
            _ = await FindAsync(call, taskId, Head);
            await tasks.DeleteWebhookAsync(call.Caller, taskId, id, call.Aborted);
            return true;
        });
    }

    private Task<IReadOnlyList<TaskWebhook>> ReadPushConfigsAsync(A2ACall call, string taskId)
    {
        CheckPushes(call);
        return RunAsync(taskId, async () =>
        {
            _ = await FindAsync(call, taskId, Head);
            return await tasks.ListWebhooksAsync(call.Caller, taskId, leaseToken: null, call.Aborted);
        });
    }

    /// <exception cref="A2AException"><see cref="A2AError.PushNotificationNotSupported"/>.</exception>
    private static void CheckPushes(A2ACall call)
    {
        if (!call.Card.Pushes)
        {
            throw new A2AException(
                A2AError.PushNotificationNotSupported, "This agent does not push: its card does not declare capabilities.pushNotifications.");
        }
    }

    /// <summary>Whoever is to authenticate must be told how (4.3.2).</summary>
    private static void CheckScheme(ReadOnlyMemory<byte> config)
    {
        using var document = JsonInput.Parse(config, "config");
        var isAuthenticated = document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("authentication"u8, out var authentication)
            && authentication.ValueKind == JsonValueKind.Object;
        if (isAuthenticated && PushConfigJson.SchemeOf(document.RootElement) is null)
        {
            throw A2AException.Invalid("authentication.scheme", "is required");
        }
    }

    private static string ReadToken(string token)
    {
        try
        {
            return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token));
        }
        catch (FormatException)
        {
            throw A2AException.Invalid("pageToken", "is not one that this registry gave");
        }
    }
}
