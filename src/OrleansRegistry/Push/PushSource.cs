using System.Buffers;
using System.Text.Json;
using OrleansRegistry.Protocol;
using OrleansRegistry.Protocol.V03;

namespace OrleansRegistry.Push;

/// <summary>What is read of a task in order to deliver it: as any subscriber reads it, but without waiting.</summary>
internal sealed class PushSource(GrainReferences<ITaskGrain> tasks, TaskLoader loader)
{
    /// <summary>The task; null where it is gone.</summary>
    public Task<TaskHead?> GetHeadAsync(string tenant, string id) =>
        GrainCalls.ReadAsync(tasks.Get(tenant, id), task => task.Get(Reader(tenant), leaseToken: null));

    /// <summary>
    /// What happened after a generation, in order; the task as it is where single events are no longer held. Empty where the task cannot say now.
    /// </summary>
    public async Task<IReadOnlyList<TaskEvent>> ReadAsync(string tenant, string id, long after)
    {
        var grain = tasks.Get(tenant, id);
        var run = await GrainCalls.ReadAsync(grain, task => task.ReadEvents(Reader(tenant), after, TimeSpan.Zero));
        return run?.Snapshot is not { } snapshot
            ? run?.Events ?? []
            : await ReadWholeAsync(tenant, id, after, snapshot) is { } whole ? [whole] : [];
    }

    /// <summary>The task as it is, with all that happened after a generation; null where it cannot say now, or is gone.</summary>
    /// <param name="first">Its head, if that was read before.</param>
    public async Task<TaskEvent?> ReadWholeAsync(string tenant, string id, long after, TaskHead? first = null)
    {
        var whole = await TaskLoader.WithHeadAsync(
            async () =>
            {
                var head = first ?? await GetHeadAsync(tenant, id);
                first = null;
                return head;
            },
            head => loader.LoadAsync(head, default));

        // One that is no newer is of an activation that another has replaced.
        return whole is null || whole.Generation <= after ? null : new TaskEvent(id, whole.ContextId, whole.Generation, Snapshot: whole);
    }

    /// <summary>Tells the task how far deliveries are.</summary>
    public Task TellAsync(string tenant, string id, IReadOnlyList<WebhookProgress> progress, DateTimeOffset? due) =>
        GrainCalls.RunAsync(tasks.Get(tenant, id), task => task.TellPushed(progress, due));

    /// <param name="isV03">As A2A 0.3 has it.</param>
    public static async ValueTask<ReadOnlyMemory<byte>> WriteAsync(StreamItem item, bool isV03)
    {
        var bytes = new ArrayBufferWriter<byte>(1024);
        await using var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { SkipValidation = true });
        await new ProtocolWriter(json).WriteAsync(item);
        await json.FlushAsync();
        return isV03 ? ((Translation)EventShape.ToV03).Apply(bytes.WrittenMemory) : bytes.WrittenMemory;
    }

    private static Caller Reader(string tenant) => new(tenant) { SeesAllOwners = true };
}
