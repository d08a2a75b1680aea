namespace OrleansRegistry.Storage.Tests;

/// <summary>Makes the disk wait before its next operation of one name, on a file of one name.</summary>
internal sealed class DiskHold : IDisposable
{
    private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource released = new();
    private int used;

    public DiskHold(FaultyFileSystem files, string operation, string fileEnd = "")
    {
        files.Before = (_, at, path) =>
        {
            if (at == operation && path.EndsWith(fileEnd, StringComparison.Ordinal) && Interlocked.Exchange(ref used, 1) == 0)
            {
                reached.SetResult();
                released.Task.Wait();
            }
        };
    }

    /// <summary>Completes when the operation is waiting.</summary>
    public Task Reached => reached.Task;

    public void Release() => released.TrySetResult();

    public void Dispose() => Release();
}
