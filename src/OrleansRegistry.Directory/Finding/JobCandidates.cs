using System.Runtime.InteropServices;

namespace OrleansRegistry.Directory;

/// <summary>What the parts of a score are, each from 0 to 1.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct JobValues(double Text, double Meaning, double Preferred, double Success, double Load);

/// <summary>An agent for a job.</summary>
/// <param name="Field">What of its card is nearest to what the job means; null where that is not known.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct JudgedAgent(AgentEntry Entry, AgentActivity? Activity, double Score, JobValues Values, string? Field);

/// <summary>Keeps the best of the agents for a job, and counts all.</summary>
/// <param name="compare">Negative where the first is the better.</param>
internal sealed class JobCandidates(AgentJob job, Comparison<JudgedAgent> compare)
{
    // The worst of those that are kept is the first to go.
    private readonly PriorityQueue<JudgedAgent, JudgedAgent> best = new(Comparer<JudgedAgent>.Create((x, y) => compare(y, x)));

    public int Count { get; private set; }

    /// <summary>Whether it would be among the best.</summary>
    public bool Admits(JudgedAgent judged) => best.Count < job.Limit || compare(judged, best.Peek()) < 0;

    public void Add(JudgedAgent judged)
    {
        Count++;
        if (best.Count < job.Limit)
        {
            best.Enqueue(judged, judged);
        }
        else
        {
            best.EnqueueDequeue(judged, judged);
        }
    }

    /// <summary>The best first, each once: one that changed meanwhile may have been judged twice.</summary>
    public IEnumerable<JudgedAgent> Best()
    {
        var found = best.UnorderedItems.Select(item => item.Element).ToList();
        found.Sort(compare);
        return found.DistinctBy(judged => judged.Entry.Record.Id, StringComparer.Ordinal);
    }
}
