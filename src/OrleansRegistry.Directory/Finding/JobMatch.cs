using System.Runtime.InteropServices;

namespace OrleansRegistry.Directory;

/// <summary>Ranks the agents that can do a job.</summary>
internal sealed class JobMatch
{
    private const double TextWeight = 0.5;
    private const double PreferredWeight = 0.3;
    private const double SuccessWeight = 0.15;
    private const double LoadWeight = 0.05;

    private readonly AgentJob job;
    private readonly AgentQuery query;
    private readonly TenantIndex index;
    private readonly IAgentActivities? activities;
    private readonly (FieldKind Kind, string Told, string Value)[] preferred;
    private readonly Dictionary<string, TextMatch> texts;
    private readonly Func<AgentEntry, bool> isMatch;
    private readonly TextQuery? asked;

    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: a part of the job.</exception>
    public JobMatch(TenantIndex index, AgentJob job, IAgentActivities? activities)
    {
        this.index = index;
        this.job = job;
        this.activities = activities;
        CheckLimits(job);
        Checked(job.Required, "required");
        query = QueryOf(job);
        preferred = [.. FieldFilter.ValuesOf(job.Preferred, "preferred")];
        var generation = index.Text.Generation;
        asked = string.IsNullOrEmpty(job.Text) ? null : TextQuery.Of(RankedListing.Checked(job.Text, "text") + " ", generation);
        isMatch = AgentListing.MatcherOf(query);
        texts = asked is null
            ? []
            : TextSearch.Run(generation, asked, isMatch, int.MaxValue - 2, after: null).Best
                .ToDictionary(match => match.Entry.Record.Id, StringComparer.Ordinal);
    }

    /// <summary>What an agent must have.</summary>
    private static AgentQuery QueryOf(AgentJob job)
    {
        var query = new AgentQuery { Not = job.Not };
        foreach (var field in job.Required.Fields)
        {
            var values = job.Required[field];
            query = field.IsSingle ? query with { Any = query.Any.With(field, values) } : query with { All = query.All.With(field, values) };
        }

        var saysEnabled = job.Required[AgentField.Enabled].Count > 0 || job.Not[AgentField.Enabled].Count > 0;
        return saysEnabled ? query : query with { Enabled = true };
    }

    public AgentCandidates Run(long revision)
    {
        // The worst of those that are kept is the first to go.
        var best = new PriorityQueue<Judged, Judged>(Comparer<Judged>.Create((x, y) => Compare(y, x)));
        var count = 0;
        foreach (var entry in Candidates())
        {
            if (Judge(entry) is { } judged)
            {
                count++;
                if (best.Count < job.Limit)
                {
                    best.Enqueue(judged, judged);
                }
                else
                {
                    best.EnqueueDequeue(judged, judged);
                }
            }
        }

        var found = best.UnorderedItems.Select(item => item.Element).ToList();
        found.Sort(Compare);
        return new AgentCandidates([.. found.Select(Told)], count, revision);
    }

    private static void Checked(AgentFilters filters, string path) => _ = FieldFilter.ValuesOf(filters, path).Count();

    private static void CheckLimits(AgentJob job)
    {
        if (job.Limit is < 1 or > AgentJob.MaxLimit)
        {
            throw RegistryException.Invalid("limit", $"must be an integer from 1 to {AgentJob.MaxLimit}");
        }

        if (job.MaxOpenTasks < 0)
        {
            throw RegistryException.Invalid("max_open_tasks", "must be an integer from 0");
        }

        if (job.MinSuccessRate is < 0 or > 1 or double.NaN)
        {
            throw RegistryException.Invalid("min_success_rate", "must be a number from 0 to 1");
        }
    }

    /// <summary>
    /// All that may be for the job, each once: where nothing is required, not every agent is looked at, but those that have a word or what is preferred.
    /// </summary>
    private IEnumerable<AgentEntry> Candidates()
    {
        var asksNothing = asked is null && preferred.Length == 0;
        if (asksNothing || job.Required.Fields.Any() || preferred.Any(one => one.Kind.Find is null))
        {
            return AgentListing.All(index, query);
        }

        return texts.Values.Select(match => match.Entry)
            .Concat(preferred.Select(one => one.Kind.Find!(index, one.Value)).OfType<SortedSlots>()
                .SelectMany(slots => slots.After(null)).Select(slot => slot.Entry).OfType<AgentEntry>().Where(isMatch))
            .DistinctBy(entry => entry.Record.Id, StringComparer.Ordinal);
    }

    /// <summary>Null where the agent is none for the job.</summary>
    private Judged? Judge(AgentEntry entry)
    {
        var activity = activities?.Of(entry.Record.Tenant, entry.Record.Id);
        if (activity?.OpenTasks > job.MaxOpenTasks || activity?.LastDay.SuccessRate < job.MinSuccessRate)
        {
            return null;
        }

        var text = Math.Min(1.0, texts.GetValueOrDefault(entry.Record.Id).Score);
        var has = preferred.Count(one => Has(entry, one));
        var asksNothing = asked is null && preferred.Length == 0;
        if (!asksNothing && text == 0 && has == 0 && !job.Required.Fields.Any())
        {
            return null;
        }

        // Of an agent of which little is known, little is thought either way.
        var day = activity?.LastDay ?? default;
        var values = new Values(
            text,
            preferred.Length == 0 ? 0 : (double)has / preferred.Length,
            (day.Completed + 1.0) / (day.Completed + day.Failed + 2),
            1.0 / (1 + (activity?.OpenTasks ?? 0)));
        var (ofText, ofPreferred) = (asked is null ? 0 : TextWeight, preferred.Length == 0 ? 0 : PreferredWeight);
        var sum = (values.Text * ofText) + (values.Preferred * ofPreferred) + (values.Success * SuccessWeight) + (values.Load * LoadWeight);
        return new Judged(entry, activity, sum / (ofText + ofPreferred + SuccessWeight + LoadWeight), values);
    }

    private AgentScorePart[] PartsOf(Values values) =>
    [
        .. asked is null ? (AgentScorePart[])[] : [new("text", values.Text, TextWeight)],
        .. preferred.Length == 0 ? (AgentScorePart[])[] : [new("preferred", values.Preferred, PreferredWeight)],
        new("success", values.Success, SuccessWeight),
        new("load", values.Load, LoadWeight),
    ];

    private int Compare(Judged x, Judged y)
    {
        var load = (x.Activity?.OpenTasks ?? 0).CompareTo(y.Activity?.OpenTasks ?? 0);
        var score = y.Score.CompareTo(x.Score);
        var (first, second) = job.Order == AgentJobOrder.LeastLoaded ? (load, score) : (score, load);
        if (first != 0 || second != 0)
        {
            return first != 0 ? first : second;
        }

        return string.CompareOrdinal(x.Entry.Record.Id, y.Entry.Record.Id);
    }

    private AgentCandidate Told(Judged judged) => new(
        judged.Entry.Record with { Activity = judged.Activity },
        judged.Score,
        PartsOf(judged.Values),
        Told(one => Has(judged.Entry, one)),
        Told(one => !Has(judged.Entry, one)),
        asked is null ? [] : Highlights.Of(judged.Entry.Record, asked));

    private AgentFilters Told(Func<(FieldKind Kind, string Told, string Value), bool> some) => preferred.Where(some).Aggregate(
        AgentFilters.None, (filters, one) => filters.With(one.Kind.Field, [.. filters[one.Kind.Field], one.Told]));

    private static bool Has(AgentEntry entry, (FieldKind Kind, string Told, string Value) one) =>
        one.Kind.Values(entry).Contains(one.Value, one.Kind.Comparer);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Values(double Text, double Preferred, double Success, double Load);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Judged(AgentEntry Entry, AgentActivity? Activity, double Score, Values Values);
}
