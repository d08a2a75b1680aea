namespace OrleansRegistry.Storage.Postgres;

/// <summary>One caller's read on its way to the database.</summary>
internal sealed record PendingRead(RecordTable Table, RecordKey Key)
{
    private readonly TaskCompletionSource<StoredRecord?> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public (string Tenant, string Id, string? LongId) KeyColumns { get; } = KeyText.Columns(Key);

    public Task<StoredRecord?> Answer => answer.Task;

    public void Succeed(StoredRecord? record) => answer.TrySetResult(record);

    public void Fail(Exception reason) => answer.TrySetException(reason);
}
