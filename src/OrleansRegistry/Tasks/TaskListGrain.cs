using Orleans.Placement;

namespace OrleansRegistry.Tasks;

/// <summary>
/// Holds what is left of one list while it is read page by page, in memory alone: its key is random, and known to those who have a page token. What a
/// reader does not come back for is forgotten.
/// </summary>
[Alias("registry.ITaskListGrain")]
internal interface ITaskListGrain : IGrainWithStringKey
{
    /// <returns>False where there is no room for it.</returns>
    [Alias("Hold")]
    Task<bool> Hold(HeldList list);

    /// <returns>Null where it is forgotten, or is another caller's or query's.</returns>
    [Alias("Read")]
    Task<HeldRun?> Read(string binding, int from, int count);
}

[GrainType("registry.task-list"), PreferLocalPlacement, CollectionAgeLimit(Minutes = 5)]
internal sealed class TaskListGrain(HeldListRoom room) : Grain, ITaskListGrain
{
    private HeldList? held;
    private string owner = "";

    public Task<bool> Hold(HeldList list)
    {
        if (held is null)
        {
            owner = $"{GrainKeys.Parse(this.GetPrimaryKeyString()).Tenant}/{list.Subject}";
            held = room.TryTake(owner, list.Bytes) ? list : null;
        }

        return Answer(held is not null);
    }

    public Task<HeldRun?> Read(string binding, int from, int count) => Answer(held?.Binding == binding ? held.Read(from, count) : null);

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (held is not null)
        {
            room.Return(owner, held.Bytes);
            held = null;
        }

        return Task.CompletedTask;
    }

    private Task<T> Answer<T>(T answer)
    {
        if (held is null)
        {
            DeactivateOnIdle();
        }

        return Task.FromResult(answer);
    }
}
