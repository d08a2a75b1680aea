namespace OrleansRegistry.Protocol;

/// <summary>A request over A2A that was refused, or failed.</summary>
internal sealed class A2AException(A2AError error, string message, Exception? innerException = null) : Exception(message, innerException)
{
    public A2AError Error { get; } = error;

    /// <summary>The member of the request that is to blame, such as <c>message.parts[0]</c>; null where none is.</summary>
    public string? Field { get; init; }

    /// <summary>The task that the error is about; null for none.</summary>
    public string? TaskId { get; init; }

    /// <summary>How long to wait before a retry; null where none helps, or it is not known.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public static A2AException Invalid(string field, string rule) => new(A2AError.InvalidParams, $"{field}: {rule}") { Field = field };

    public static A2AException TaskNotFound(string taskId) =>
        new(A2AError.TaskNotFound, $"There is no task '{LogText.Id(taskId)}', or it is not yours.") { TaskId = taskId };

    /// <summary>What a refusal of the registry is in A2A.</summary>
    /// <param name="taskId">The task that the request is about; null for none.</param>
    /// <param name="fieldOf">What A2A's request calls a member that the registry blames; null for the same in camelCase.</param>
    public static A2AException Of(RegistryException refusal, string? taskId = null, Func<string, string>? fieldOf = null)
    {
        if (refusal.Error == RegistryError.NotFound && refusal.Field == "task_id" && taskId is not null)
        {
            return TaskNotFound(taskId);
        }

        var message = refusal.Message;
        string? field = null;
        if (refusal.Field is { } blamed)
        {
            field = fieldOf?.Invoke(blamed) ?? RequestNames.ToCamelCase(blamed);
            message = message.StartsWith($"{blamed}: ", StringComparison.Ordinal) ? field + message[blamed.Length..] : message;
        }

        return new A2AException(ErrorOf(refusal), message, refusal) { Field = field, TaskId = taskId, RetryAfter = RetryOf(refusal) };
    }

    private static A2AError ErrorOf(RegistryException refusal) => refusal.Error switch
    {
        RegistryError.Invalid => A2AError.InvalidParams,
        RegistryError.TooLarge => A2AError.TooLarge,
        RegistryError.NotFound => refusal.Field == "task_id" ? A2AError.TaskNotFound : A2AError.NotFound,
        RegistryError.Conflict => A2AError.Conflict,
        RegistryError.Terminal or RegistryError.NotSupported => A2AError.UnsupportedOperation,
        RegistryError.Busy or RegistryError.Unavailable => A2AError.Unavailable,
        RegistryError.StorageFull => A2AError.StorageFull,
        RegistryError.QuotaExceeded => A2AError.QuotaExceeded,
        RegistryError.Forbidden => A2AError.Forbidden,
        RegistryError.IdReused => A2AError.MessageIdReused,
        RegistryError.KeyReused => A2AError.KeyReused,
        RegistryError.Unreadable => A2AError.Unreadable,
        _ => A2AError.Internal,
    };

    private static TimeSpan? RetryOf(RegistryException refusal) => refusal.Error is RegistryError.Busy or RegistryError.Unavailable
        ? refusal.RetryAfter ?? TimeSpan.FromSeconds(1)
        : null;
}

internal static class RequestNames
{
    /// <summary>A path of members in camelCase: <c>page_size</c> is <c>pageSize</c>.</summary>
    public static string ToCamelCase(string path)
    {
        if (!path.Contains('_', StringComparison.Ordinal))
        {
            return path;
        }

        return string.Create(path.Length - path.Count(c => c == '_'), path, static (output, path) =>
        {
            var next = 0;
            for (var i = 0; i < path.Length; i++)
            {
                if (path[i] != '_')
                {
                    output[next++] = i > 0 && path[i - 1] == '_' ? char.ToUpperInvariant(path[i]) : path[i];
                }
            }
        });
    }
}
