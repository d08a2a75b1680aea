namespace OrleansRegistry.Contexts;

/// <summary>Tasks come into a context through its grain, so that clearing finds them all.</summary>
internal sealed partial class ContextGrain
{
    private int creating;
    private TaskCompletionSource? created;

    public Task<TaskSubmittedTo> CreateTask(string taskId, TaskMessage message) =>
        BringAsync(message.Caller, taskId, task => task.Create(message, id));

    public Task<TaskSubmittedTo> PutTask(string taskId, TaskWhole task) =>
        BringAsync(task.Caller, taskId, async grain => (await grain.Put(task, id))!);

    private async Task<TaskSubmittedTo> BringAsync(Caller caller, string taskId, Func<ITaskGrain, Task<TaskSubmittedTo>> call)
    {
        await AwaitClearingAsync();
        creating++;
        try
        {
            if (Writable(caller) is null)
            {
                await MakeAsync(caller);
            }

            var task = tasks.Get(tenant, taskId);
            var submitted = isFresh ? await InFreshAsync(caller, taskId, () => call(task)) : await call(task);
            if (submitted.Created)
            {
                Tell(new ContextEvent(id, writer.Head!.Context.Generation, TaskId: taskId));
            }

            return submitted;
        }
        finally
        {
            if (--creating == 0)
            {
                created?.TrySetResult();
            }
        }
    }

    /// <summary>Brings the first task into a context that was made for it: nothing can be stored of that task either.</summary>
    private async Task<TaskSubmittedTo> InFreshAsync(Caller caller, string taskId, Func<Task<TaskSubmittedTo>> call)
    {
        isFresh = false;
        return await NewGrainHint.CallAsync(GrainKeys.For(tenant, taskId), caller.Subject, call);
    }

    private Task<bool> MakeAsync(Caller caller) => writer.ChangeAsync<bool>(head =>
    {
        if (head is not null)
        {
            CheckAccess(head, caller);
            return new(head, false);
        }

        var made = First(caller.Subject);
        return new(made, true, () => Tell(EventOf(made.Context)));
    });
}
