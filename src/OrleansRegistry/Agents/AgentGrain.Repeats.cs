namespace OrleansRegistry.Agents;

/// <summary>Requests that are to be carried out once.</summary>
internal sealed partial class AgentGrain
{
    /// <summary>The agent as it is, where this request was carried out before; null where it was not.</summary>
    private async Task<AgentWritten?> RepeatedAsync(RequestMark mark)
    {
        if (RequestMarks.Find(Current?.Requests, mark.Key, time.GetUtcNow()) is null)
        {
            // Another silo may have carried it out.
            await state.ReadAsync();
        }

        if (RequestMarks.Find(Current?.Requests, mark.Key, time.GetUtcNow()) is not { } known)
        {
            return null;
        }

        RequestMarks.Check(known, mark.Print);
        return new AgentWritten(ReplacedCards.Without(Current!), Created: false) { Repeated = true };
    }

    private static IReadOnlyList<RequestMark> MarksWith(AgentRecord? before, RequestMark? mark) =>
        mark is null ? before?.Requests ?? [] : RequestMarks.Add(before?.Requests, mark);
}
