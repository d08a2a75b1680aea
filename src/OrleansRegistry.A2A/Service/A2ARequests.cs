namespace OrleansRegistry.A2A.Service;

/// <summary>The parameters of SendMessage and SendStreamingMessage.</summary>
/// <param name="Message">The A2A message, as it was sent.</param>
/// <remarks>Source: A2A 1.0, 3.2.1, 3.2.2.</remarks>
internal sealed record SendMessageRequest(ReadOnlyMemory<byte> Message)
{
    /// <summary>One JSON object; null for none.</summary>
    public ReadOnlyMemory<byte>? Metadata { get; init; }

    /// <summary>A push notification configuration that the task is to have; null for none.</summary>
    public ReadOnlyMemory<byte>? PushConfig { get; init; }

    /// <summary>The media types that the client takes in answers; none for any.</summary>
    public IReadOnlyList<string> AcceptedOutputModes { get; init; } = [];

    /// <summary>Null for all messages, 0 for none.</summary>
    public int? HistoryLength { get; init; }

    public bool ReturnImmediately { get; init; }
}

/// <summary>The parameters of ListTasks.</summary>
/// <remarks>Source: A2A 1.0, 3.1.4.</remarks>
internal sealed record ListTasksRequest
{
    public string? ContextId { get; init; }

    /// <summary>Null for any.</summary>
    public TaskState? Status { get; init; }

    public int PageSize { get; init; } = PageLimit.Tasks.Usual;

    public string? PageToken { get; init; }

    /// <summary>Null and 0 for no messages.</summary>
    public int? HistoryLength { get; init; }

    /// <summary>At or after.</summary>
    public DateTimeOffset? StatusTimestampAfter { get; init; }

    public bool IncludeArtifacts { get; init; }
}

/// <summary>The answer to SendMessage: a task, or a message where the agent answered with one.</summary>
/// <param name="Message">Empty for a task.</param>
internal sealed record SendMessageResult(TaskRecord Task, RawJson Message = default);

/// <summary>One page of push notification configurations.</summary>
/// <param name="NextPageToken">Empty on the last page.</param>
internal sealed record PushConfigPage(string TaskId, IReadOnlyList<TaskWebhook> Configs, string NextPageToken);

/// <summary>What a stream tells, in order. Everything that could be refused was by now.</summary>
/// <param name="Items">Begins to watch.</param>
internal sealed record TaskStream(Func<CancellationToken, IAsyncEnumerable<StreamItem>> Items);
