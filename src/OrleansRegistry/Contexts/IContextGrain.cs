namespace OrleansRegistry.Contexts;

/// <summary>
/// The one writer of one context, and the gate through which tasks come into it; its key is <see cref="GrainKeys.For"/>. Calls interleave, and are
/// answered once what they did is committed. Errors as <see cref="ITaskGrain"/>.
/// </summary>
[Alias("registry.IContextGrain")]
internal interface IContextGrain : IGrainWithStringKey
{
    /// <summary>The context; null if it does not exist or the caller may not see it.</summary>
    [Alias("Get")]
    Task<ContextHead?> Get(Caller caller);

    /// <summary>Creates the context if it does not exist, and the task in it; waits while the context is being cleared or deleted.</summary>
    [Alias("CreateTask")]
    Task<TaskSubmittedTo> CreateTask(string taskId, TaskMessage message);

    /// <summary>The same with a whole task.</summary>
    [Alias("PutTask")]
    Task<TaskSubmittedTo> PutTask(string taskId, TaskWhole task);

    /// <param name="data">One JSON object.</param>
    /// <param name="mustExist">None is made.</param>
    [Alias("Update")]
    Task<ContextRecord> Update(Caller caller, RawJson data, long? ifGeneration, bool mustExist);

    /// <param name="messages">With their ids.</param>
    /// <param name="mustExist">None is made.</param>
    [Alias("Append")]
    Task<ContextRecord> Append(Caller caller, IReadOnlyList<CheckedMessage> messages, long? ifGeneration, bool mustExist);

    /// <summary>
    /// Deletes the context's tasks and messages, and the context itself where <paramref name="delete"/> says so; or goes on waiting for that.
    /// </summary>
    /// <param name="run">Names this request, however often it is called.</param>
    /// <returns>How many tasks are deleted, and whether that was all. If not: call again; after a pause where the grain's process is stopping, which
    /// waits for nothing.</returns>
    [Alias("Clear")]
    Task<ContextCleared> Clear(Caller caller, bool delete, string run);

    /// <summary>
    /// Deletes the context if nothing has happened in it since <paramref name="cutoff"/> and none of its tasks is under way; finishes a deletion that
    /// was begun.
    /// </summary>
    /// <returns>Whether it is gone.</returns>
    [Alias("Sweep")]
    Task<bool> Sweep(DateTimeOffset cutoff);

    /// <summary>The events after a place; waits for the next up to <paramref name="wait"/>. Null where the caller may see no such context.</summary>
    /// <param name="epoch">Of the last answer, with <paramref name="number"/>; 0 on the first call.</param>
    /// <param name="afterGeneration">On the first call: the last generation that the reader knows; null for the context as it is.</param>
    [Alias("ReadEvents")]
    Task<EventRun<ContextEvent, ContextHead>?> ReadEvents(Caller caller, long epoch, long number, long? afterGeneration, TimeSpan wait);
}

[GenerateSerializer, Immutable, Alias("registry.ContextCleared")]
internal readonly record struct ContextCleared([property: Id(0)] long Tasks, [property: Id(1)] bool Done, [property: Id(2)] bool Stopping = false);

/// <summary>The names by which configuration and storage know the grain of contexts.</summary>
internal static class ContextGrainNames
{
    /// <summary>The grain class, as <c>GrainCollectionOptions</c> takes it.</summary>
    public static string ClassName { get; } = typeof(ContextGrain).FullName!;

    /// <summary>The name of its state.</summary>
    public const string StateName = "context";
}
