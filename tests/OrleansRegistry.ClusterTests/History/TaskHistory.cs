using System.Collections.Concurrent;

namespace OrleansRegistry.ClusterTests;

/// <summary>One call about one task, as its client saw it. Times are of one clock.</summary>
internal sealed record Operation(string Task, long Began, long Ended, Outcome Outcome)
{
    /// <summary>The id of the message that it appends; null for a read.</summary>
    public string? Message { get; init; }

    /// <summary>The state that it sets; null where it leaves it.</summary>
    public string? Sets { get; init; }

    public long? IfGeneration { get; init; }

    public string? IfState { get; init; }

    /// <summary>The generation that it made, read, or was refused for; 0 where the answer told none.</summary>
    public long Generation { get; init; }

    /// <summary>Of a read: the state and the id of the newest message.</summary>
    public (string? State, string Newest)? Seen { get; init; }

    /// <summary>True where it was sent again after a lost answer: what it made it may have made the first time.</summary>
    public bool IsRepeat { get; init; }

    /// <summary>The same with generations counted from after one.</summary>
    public Operation Since(long before) => this with { Generation = Generation == 0 ? 0 : Generation - before, IfGeneration = IfGeneration - before };
}

/// <summary>
/// Checks one task, or one context, which has no state. Every write of it appends one message of its own and makes one generation, so the messages in
/// the end are the writes that happened, in their order: message i made generation i + 1, counted from the first. Against that order each answer is
/// held, and the order against the time of the calls.
/// </summary>
internal sealed class TaskHistory
{
    private readonly ConcurrentQueue<Operation> operations = new();

    public void Add(Operation operation) => operations.Enqueue(operation);

    /// <summary>The generation before that of the first message.</summary>
    public long BeforeFirst(IReadOnlyList<string> messages) => operations.First(operation => operation.Message == messages[0]).Generation - 1;

    /// <returns>How many acknowledged writes are there.</returns>
    public int Check(string task, long generation, string? state, IReadOnlyList<string> messages)
    {
        Assert.Equal(messages.Count, messages.Distinct(StringComparer.Ordinal).Count());
        var before = BeforeFirst(messages);
        var all = operations.Select(operation => operation.Since(before)).ToArray();
        generation -= before;
        Assert.Equal((task, generation), (task, messages.Count));
        var writes = all.Where(operation => operation is { Message: not null, IsRepeat: false })
            .ToDictionary(operation => operation.Message!, StringComparer.Ordinal);
        var acknowledged = all.Where(operation => operation.Message is not null && operation.Outcome == Outcome.Done)
            .Select(operation => operation.Message!)
            .ToHashSet(StringComparer.Ordinal);
        Assert.Empty(acknowledged.Except(messages, StringComparer.Ordinal));

        var states = new string?[messages.Count + 1];
        for (var i = 0; i < messages.Count; i++)
        {
            var write = writes[messages[i]];
            Assert.True(write.Outcome is Outcome.Done or Outcome.Unknown, $"{task}: {write} happened, as generation {i + 1}");
            Assert.True(write.Outcome != Outcome.Done || write.Generation == i + 1, $"{task}: {write} made generation {i + 1}");
            Assert.True(write.IfGeneration is null || write.IfGeneration == i, $"{task}: {write} made generation {i + 1}");
            Assert.True(write.IfState is null || write.IfState == states[i], $"{task}: {write} found the state {states[i]}");
            states[i + 1] = write.Sets ?? states[i];
        }

        Assert.Equal((task, state), (task, states[^1]));
        foreach (var told in all.Where(operation => operation.Generation > 0))
        {
            Assert.True(told.Generation <= generation, $"{task}: {told} tells of a generation that never was");
            Assert.True(
                told.Seen is not { } seen || seen == (states[told.Generation], messages[(int)told.Generation - 1]),
                $"{task}: {told} at {states[told.Generation]}");
            Assert.True(told.Outcome != Outcome.Refused || told.IfGeneration != told.Generation, $"{task}: {told}");
            Assert.True(
                told.Outcome != Outcome.Refused || told.IfState is null || told.IfState != states[told.Generation],
                $"{task}: {told} at {states[told.Generation]}");
        }

        CheckOrder(task, all);
        return acknowledged.Count;
    }

    /// <summary>What began after another had ended knows of it: a write makes a later generation, a read or refusal tells no earlier one.</summary>
    private static void CheckOrder(string task, Operation[] all)
    {
        var told = all.Where(operation => operation is { Generation: > 0, IsRepeat: false }).ToArray();
        var ended = told.OrderBy(operation => operation.Ended).ToArray();
        var (next, newest) = (0, (Operation?)null);
        foreach (var operation in told.OrderBy(operation => operation.Began))
        {
            for (; next < ended.Length && ended[next].Ended < operation.Began; next++)
            {
                newest = newest is null || ended[next].Generation > newest.Generation ? ended[next] : newest;
            }

            var least = newest is null ? 0 : newest.Generation + (operation is { Message: not null, Outcome: Outcome.Done } ? 1 : 0);
            Assert.True(operation.Generation >= least, $"{task}: {operation} began after {newest} had ended");
        }
    }
}
