namespace OrleansRegistry.Agents.Versions;

/// <summary>Which of the cards that agents had are kept.</summary>
internal sealed class VersionRetention(AgentVersionOptions options, [RegistryTime] TimeProvider time)
{
    /// <summary>Whether time alone may end it.</summary>
    public bool IsByAge => options.AgeDays > 0;

    /// <summary>Whether an agent may have had more versions than are kept.</summary>
    public bool MayHaveOver(AgentRecord agent) => agent.VersionNumber - 1 > options.Kept;

    public static bool HasLabel(AgentRecord agent, long number) => agent.Labels.Any(label => label.Number == number);

    /// <summary>Whether a version is not to be kept, but for a label.</summary>
    /// <param name="replacedAt">Null where it is not known.</param>
    public bool IsOver(AgentRecord agent, StoredVersion version, DateTimeOffset? replacedAt) =>
        version.RegisteredAt != agent.CreatedAt ? version.RegisteredAt < agent.CreatedAt : IsOver(agent, version.Stamp, replacedAt);

    /// <summary>Without the oldest that are not to be kept.</summary>
    /// <param name="after">The agent with the card that takes the place of the last of them.</param>
    public ReplacedCard[] WithoutOver(ReplacedCard[] replaced, AgentRecord after)
    {
        var first = 0;
        while (first < replaced.Length)
        {
            var next = first + 1 < replaced.Length ? replaced[first + 1].Stamp : CardStamps.Of(after);
            if (!IsOver(after, replaced[first].Stamp, next.At) || HasLabel(after, replaced[first].Stamp.Number))
            {
                break;
            }

            first++;
        }

        return first == 0 ? replaced : replaced[first..];
    }

    private bool IsOver(AgentRecord agent, CardStamp stamp, DateTimeOffset? replacedAt) =>
        stamp.Number < agent.VersionNumber - options.Kept || (IsByAge && replacedAt < time.GetUtcNow().AddDays(-options.AgeDays));
}
