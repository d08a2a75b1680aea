namespace OrleansRegistry.Storage.Postgres;

/// <summary>One caller's read on its way to the database.</summary>
internal sealed class PendingRead(RecordTable table, RecordKey key, CancellationToken cancellationToken)
{
    private readonly TaskCompletionSource<StoredRecord?> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private CancellationTokenRegistration registration;

    public (string Tenant, string Id, string? LongId) KeyColumns { get; } = KeyText.Columns(key);

    public RecordTable Table => table;

    public RecordKey Key => key;

    public CancellationToken CancellationToken => cancellationToken;

    public Task<StoredRecord?> Answer => answer.Task;

    /// <summary>Calls <paramref name="left"/> when the caller gives up, unless it has its answer by then.</summary>
    public void OnCancel(Action left)
    {
        if (CancellationToken.CanBeCanceled)
        {
            registration = CancellationToken.UnsafeRegister(static action => ((Action)action!)(), left);
            if (answer.Task.IsCompleted)
            {
                registration.Unregister();
            }
        }
    }

    public void Succeed(StoredRecord? record)
    {
        registration.Unregister();
        answer.TrySetResult(record);
    }

    public void Fail(Exception reason)
    {
        registration.Unregister();
        answer.TrySetException(reason);
    }

    public void Cancel() => answer.TrySetCanceled(CancellationToken);
}
