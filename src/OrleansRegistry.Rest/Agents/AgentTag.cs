using System.Globalization;
using OrleansRegistry.Rest.Trust;

namespace OrleansRegistry.Rest.Agents;

/// <summary>
/// The entity tag of an agent's record: its revision, <c>"17"</c>, and where the record says what raises none, behind it a hash of that,
/// <c>"17-05f1…"</c>. <see cref="EntityTags.ToRevision"/> reads both.
/// </summary>
internal static class AgentTag
{
    // Odd, so that no two values of one part have the same hash.
    private const ulong Factor = 0x9E3779B97F4A7C15;

    public static string Of(AgentRecord agent)
    {
        var verdicts = TrustJson.Of(agent);
        return verdicts.IsEmpty && agent.Activity is null
            ? EntityTags.Format(agent.Revision)
            : string.Create(CultureInfo.InvariantCulture, $"\"{agent.Revision}{EntityTags.Separator}{Hash(verdicts, agent.Activity):x16}\"");
    }

    /// <summary>The same in all processes.</summary>
    private static ulong Hash(ReadOnlySpan<byte> verdicts, AgentActivity? activity)
    {
        var hash = 0UL;
        foreach (var letter in verdicts)
        {
            hash = With(hash, letter);
        }

        return activity is null ? hash : With(With(With(hash, activity.OpenTasks + 1L), activity.LastHour), activity.LastDay);
    }

    private static ulong With(ulong hash, AgentOutcomes outcomes) =>
        With(With(With(hash, outcomes.Completed), outcomes.Failed), outcomes.MedianTime?.Ticks ?? -1);

    private static ulong With(ulong hash, long part) => (hash ^ (ulong)part) * Factor;
}
