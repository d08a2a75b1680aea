namespace OrleansRegistry.A2A.Service;

/// <summary>Sending messages.</summary>
internal sealed partial class A2AService
{
    /// <summary>The longest wait that the registry takes at once.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    /// <summary>
    /// SendMessage: waits until the task is over or asks something, up to <see cref="RegistryA2AOptions.SendTimeout"/>, unless it is to return
    /// immediately. An answer of the agent that is a message alone goes to whoever waits for it. A client that leaves meanwhile cancels nothing.
    /// </summary>
    /// <exception cref="A2AException">It is refused.</exception>
    public async Task<SendMessageResult> SendMessageAsync(A2ACall call, SendMessageRequest request)
    {
        var submitted = await SubmitAsync(call, request);
        var task = submitted.Task;
        if (submitted.Created && request.ReturnImmediately)
        {
            // All there is of it is known.
            return new SendMessageResult(request.HistoryLength == 0 ? task : task with { History = [RawJson.FromValid(request.Message.Span)] });
        }

        return await RunAsync(task.Id, async () =>
        {
            var last = request.ReturnImmediately ? task : await AwaitRestAsync(call, task);
            if (last.IsReply && !request.ReturnImmediately)
            {
                return new SendMessageResult(last, last.Status.Message);
            }

            var view = ViewOf(request.HistoryLength, withArtifacts: true) with { SeenGeneration = last.Generation };
            return new SendMessageResult(await FindAsync(call, task.Id, view));
        });
    }

    /// <summary>
    /// SendStreamingMessage: the task, and then what happens to it until it is over or asks for input. Then the client has to answer, which begins
    /// another stream. Where it is asked to authorize something the stream goes on, as the answer may come another way (7.6.1).
    /// </summary>
    /// <param name="lastEventId">Of a message that is sent again: the last event that the client has.</param>
    /// <inheritdoc cref="SendMessageAsync"/>
    public async Task<TaskStream> SendStreamingMessageAsync(A2ACall call, SendMessageRequest request, long? lastEventId)
    {
        CheckStreams(call);
        var submitted = await SubmitAsync(call, request);
        var after = submitted.Repeated ? lastEventId : null;
        return new TaskStream(ending => WatchAsync(call.Caller, submitted.Task.Id, after, request.HistoryLength, endsAtQuestion: true, ending));
    }

    private async Task<TaskSubmitted> SubmitAsync(A2ACall call, SendMessageRequest request)
    {
        if (!call.Agent.Enabled)
        {
            throw new A2AException(A2AError.UnsupportedOperation, "This agent is disabled: it takes no messages now. Its tasks can be read.");
        }

        if (request.PushConfig is not null)
        {
            CheckPushes(call);
        }

        string? taskId = null;
        try
        {
            var message = SentMessage.Read(request.Message, call.Card.InputModes);
            taskId = message.TaskId;
            if (taskId is not null)
            {
                _ = await FindAsync(call, taskId, Head);
            }
            else if (!call.Agent.LifeCycle.TakesTasks())
            {
                throw new A2AException(A2AError.UnsupportedOperation, NoNewTasks(call.Agent));
            }

            return await tasks.SubmitAsync(
                call.Caller,
                new TaskSubmission(request.Message)
                {
                    AgentId = call.Agent.Id,
                    IdsPerAgent = true,
                    Metadata = request.Metadata,
                    MustExist = taskId is not null,
                    Webhook = request.PushConfig,
                    AcceptedOutputModes = request.AcceptedOutputModes,
                },
                call.Aborted);
        }
        catch (RegistryException refusal)
        {
            if (refusal.Error == RegistryError.Conflict && taskId is not null)
            {
                // Deleted meanwhile.
                _ = await FindAsync(call, taskId, Head);
            }

            throw A2AException.Of(refusal, taskId, FieldOf);
        }
    }

    private static string NoNewTasks(AgentRecord agent)
    {
        var successor = agent.Deprecation?.Successor is { } id ? $" Use the agent '{LogText.Id(id)}' in its place." : "";
        return agent.LifeCycle == AgentLifeCycle.Draft
            ? "This agent is a draft: it takes no tasks yet."
            : $"This agent is retired: it takes no new tasks. Those that it has go on.{successor}";
    }

    private async Task<TaskRecord> AwaitRestAsync(A2ACall call, TaskRecord submitted)
    {
        var began = time.GetTimestamp();
        var task = submitted;
        while (!IsAtRest(task.Status.State))
        {
            var left = options.Value.SendTimeout - time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero)
            {
                break;
            }

            var (id, generation) = (task.Id, task.Generation);
            task = await polls.RunAsync(
                call.Http,
                left < LongestWait ? left : LongestWait,
                (wait, ending) => tasks.WaitAsync(call.Caller, id, generation, wait, Head, ending)) ?? throw A2AException.TaskNotFound(id);
            if (polls.IsStopping)
            {
                // The client is answered with the task as it is, and asks another server.
                break;
            }
        }

        return task;
    }

    /// <summary>Over, or interrupted: nothing happens until somebody does something about it.</summary>
    private static bool IsAtRest(TaskState state) => state.IsTerminal() || state is TaskState.InputRequired or TaskState.AuthRequired;

    /// <summary>What the request calls a member that the registry blames.</summary>
    private static string FieldOf(string blamed) => blamed switch
    {
        "task_id" => "message.taskId",
        "context_id" => "message.contextId",
        _ when blamed.StartsWith("accepted_output_modes", StringComparison.Ordinal) => $"configuration.{RequestNames.ToCamelCase(blamed)}",
        "config" => "configuration.taskPushNotificationConfig",
        _ when blamed.StartsWith("config.", StringComparison.Ordinal) =>
            $"configuration.taskPushNotificationConfig.{blamed["config.".Length..]}",
        _ => RequestNames.ToCamelCase(blamed),
    };
}
