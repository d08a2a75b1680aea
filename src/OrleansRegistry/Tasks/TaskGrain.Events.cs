namespace OrleansRegistry.Tasks;

/// <summary>Waiting for what happens to the task.</summary>
internal sealed partial class TaskGrain
{
    public Task<EventRun<TaskEvent, TaskHead>?> ReadEvents(Caller caller, long? afterGeneration, TimeSpan wait) =>
        ReadEventsAsync(caller, null, afterGeneration, wait);

    public Task<EventRun<TaskEvent, TaskHead>?> ReadLeasedEvents(Caller caller, string leaseToken, long? afterGeneration, TimeSpan wait) =>
        ReadEventsAsync(caller, leaseToken, afterGeneration, wait);

    private async Task<EventRun<TaskEvent, TaskHead>?> ReadEventsAsync(Caller caller, string? leaseToken, long? afterGeneration, TimeSpan wait)
    {
        var began = time.GetTimestamp();
        wait = wait < GrainWaits.Longest ? wait : GrainWaits.Longest;
        do
        {
            // The last event of a task that was deleted is for those who were waiting for it.
            if (writer.Head is { } head ? !Access.MayReadEvents(caller, head, leaseToken) : events.Last == 0)
            {
                return null;
            }

            if (afterGeneration is not { } after || !events.Holds(after))
            {
                return writer.Head is { } whole && Access.MayRead(caller, whole, leaseToken, time.GetUtcNow())
                    ? new([], whole, 0, whole.Generation)
                    : null;
            }

            if (events.After(after) is { Count: > 0 } later)
            {
                return new(later, null, 0, events.Last);
            }
        }
        while (!writer.IsBroken && await events.WaitAsync(began, wait));

        return new([], null, 0, afterGeneration.Value, events.IsStopping || writer.IsBroken);
    }
}
