namespace OrleansRegistry.A2A.Service;

/// <summary>
/// What the Bindu framework has beside A2A 0.3: feedback on tasks, and contexts. They are the caller's, whichever agent's endpoint is asked.
/// </summary>
internal sealed class BinduService(A2AService service, ITaskRegistry tasks, IContextRegistry contexts)
{
    /// <summary>The newest tasks for this agent, with messages and artifacts.</summary>
    /// <param name="length">How many, up to 100; what is not positive is all of those.</param>
    /// <param name="historyLength">The newest messages of each; what is not positive is all.</param>
    /// <exception cref="A2AException">It is refused.</exception>
    public async Task<IReadOnlyList<TaskRecord>> ListTasksAsync(A2ACall call, int? length, int? historyLength)
    {
        var page = await service.ListTasksAsync(call, new ListTasksRequest
        {
            PageSize = SizeOf(length, PageLimit.Tasks),
            HistoryLength = historyLength is { } count and > 0 ? count : int.MaxValue,
            IncludeArtifacts = true,
        });
        return page.Tasks;
    }

    /// <summary>Adds feedback to a task.</summary>
    /// <param name="data">One JSON object.</param>
    /// <inheritdoc cref="ListTasksAsync"/>
    public async Task AddFeedbackAsync(A2ACall call, string taskId, ReadOnlyMemory<byte> data)
    {
        _ = await service.FindHeadAsync(call, taskId);
        try
        {
            await tasks.AddFeedbackAsync(call.Caller, taskId, data, call.Aborted);
        }
        catch (RegistryException refusal)
        {
            throw A2AException.Of(refusal, taskId);
        }
    }

    /// <summary>The contexts that changed last.</summary>
    /// <param name="length">As of <see cref="ListTasksAsync"/>.</param>
    public async Task<IReadOnlyList<ContextSummary>> ListContextsAsync(A2ACall call, int? length) =>
        (await contexts.ListAsync(call.Caller, SizeOf(length, PageLimit.Contexts), pageToken: null, call.Aborted)).Contexts;

    /// <summary>Deletes a context with its tasks.</summary>
    /// <returns>How many tasks went with it.</returns>
    /// <exception cref="A2AException"><see cref="A2AError.ContextNotFound"/>.</exception>
    public async Task<long> ClearContextAsync(A2ACall call, string contextId)
    {
        try
        {
            return await contexts.DeleteAsync(call.Caller, contextId, call.Aborted);
        }
        catch (RegistryException refusal) when (refusal.Error == RegistryError.NotFound)
        {
            throw new A2AException(A2AError.ContextNotFound, $"There is no context '{LogText.Id(contextId)}', or it is not yours.", refusal);
        }
    }

    private static int SizeOf(int? length, PageLimit limit) => length is { } size and > 0 ? Math.Min(size, limit.Max) : limit.Max;
}
