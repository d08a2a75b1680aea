namespace OrleansRegistry.Directory;

/// <summary>Ranks the agents that can do a job.</summary>
internal sealed class JobMatch
{
    private const double TextWeight = 0.5;
    private const double MeaningWeight = 0.25;
    private const double PreferredWeight = 0.3;
    private const double SuccessWeight = 0.15;
    private const double LoadWeight = 0.05;

    /// <summary>After so many agents it is asked whether somebody still waits.</summary>
    private const int BetweenLooks = 1_024;

    private const int MostAttempts = 3;

    private readonly AgentJob job;
    private readonly AgentQuery query;
    private readonly TenantIndex index;
    private readonly IAgentActivities? activities;
    private readonly (FieldKind Kind, string Told, string Value)[] preferred;
    private readonly Func<AgentEntry, bool> isMatch;
    private readonly MeaningQuery? meaning;
    private readonly AgentViewer? viewer;
    private readonly bool hasText;

    /// <param name="viewer">As of <see cref="AgentListing.MatcherOf"/>.</param>
    /// <param name="meaning">What the job means; null where that is not known.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: a part of the job.</exception>
    public JobMatch(TenantIndex index, AgentJob job, IAgentActivities? activities, MeaningQuery? meaning = null, AgentViewer? viewer = null)
    {
        this.index = index;
        this.job = job;
        this.activities = activities;
        this.viewer = viewer;
        CheckLimits(job);
        Checked(job.Required, "required");
        query = QueryOf(job);
        preferred = [.. FieldFilter.ValuesOf(job.Preferred, "preferred")];
        hasText = !string.IsNullOrEmpty(job.Text);
        if (hasText)
        {
            RankedListing.Checked(job.Text!, "text");
        }

        this.meaning = hasText ? meaning : null;
        isMatch = AgentListing.MatcherOf(query, viewer);
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

    /// <exception cref="OperationCanceledException">Nobody waits for the answer any more.</exception>
    public AgentCandidates Run(long revision, CancellationToken cancellationToken = default)
    {
        for (var attempt = 0; ; attempt++)
        {
            var found = new JobCandidates(job, Compare);
            var isTorn = Look(found, cancellationToken);

            // The index was made anew meanwhile: some agents' words are not known.
            if (!isTorn || attempt == MostAttempts)
            {
                var asked = hasText ? TextQuery.Of(job.Text + " ", index.Text.Generation) : null;
                return new AgentCandidates([.. found.Best().Select(judged => Told(judged, asked))], found.Count, revision);
            }
        }
    }

    /// <summary>Judges all that may be for the job.</summary>
    /// <returns>Whether the words of some agents could not be found out.</returns>
    private bool Look(JobCandidates found, CancellationToken cancellationToken)
    {
        var farthest = MeaningSearch.Floor;
        var near = meaning?.Nearest(index, isMatch, HybridSearch.Depth, few: null, out farthest)
            .DistinctBy(match => match.Entry.Record.Id, StringComparer.Ordinal)
            .ToDictionary(match => match.Entry.Record.Id, StringComparer.Ordinal) ?? [];
        cancellationToken.ThrowIfCancellationRequested();
        TextScores? scores = null;
        var seen = 0;
        if (hasText)
        {
            var generation = index.Text.Generation;
            var asked = TextQuery.Of(job.Text + " ", generation);
            scores = new TextScores(generation, asked);
            TextSearch.Visit(generation, asked, (first, raw, scale) => scores.Take(first, raw, scale, Take));
        }

        foreach (var entry in Others(near.Values))
        {
            if (scores is null || index.SlotOf(entry.Record.Id) is not { } slot || scores.Of(slot) == 0)
            {
                Judge(entry, 0);
            }
        }

        return scores?.IsTorn == true;

        void Take(AgentEntry entry, float score)
        {
            if (isMatch(entry))
            {
                Judge(entry, score);
            }
        }

        void Judge(AgentEntry entry, float score)
        {
            if (++seen % BetweenLooks == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            var isNear = near.TryGetValue(entry.Record.Id, out var close);
            if (this.Judge(entry, score, isNear ? close.Score : farthest, isNear) is not { } judged)
            {
                return;
            }

            // Of the others it is found out only where they may be among the best, being as near as they can be.
            if (!isNear && meaning?.Find(entry.Record.Id) is { } vectors && found.Admits(judged))
            {
                var exact = MeaningSearch.ScoreOf(entry, vectors, meaning.Query);
                judged = this.Judge(entry, score, exact?.Score ?? 0, isNear: false)!.Value with
                {
                    Field = exact?.Score >= MeaningSearch.Floor ? exact.Value.Field : null,
                };
            }

            found.Add(isNear ? judged with { Field = close.Field } : judged);
        }
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
    /// What may be for the job beside the agents that have words of it, each once, and perhaps some of these: where nothing is required, not every agent is
    /// looked at, but those that are near in meaning or have what is preferred.
    /// </summary>
    private IEnumerable<AgentEntry> Others(IEnumerable<MeaningMatch> near)
    {
        if (AsksNothing || job.Required.Fields.Any() || preferred.Any(one => one.Kind.Find is null))
        {
            return AgentListing.All(index, query, viewer);
        }

        return near.Select(match => match.Entry)
            .Concat(preferred.Select(one => one.Kind.Find!(index, one.Value)).OfType<SortedSlots>()
                .SelectMany(slots => slots.After(null)).Select(slot => slot.Entry).OfType<AgentEntry>().Where(isMatch))
            .DistinctBy(entry => entry.Record.Id, StringComparer.Ordinal);
    }

    private bool AsksNothing => !hasText && preferred.Length == 0;

    /// <param name="words">What the job's words in its card are worth.</param>
    /// <param name="close">How near it is to what the job means.</param>
    /// <param name="isNear">Whether it is one of the nearest.</param>
    /// <returns>Null where the agent is none for the job.</returns>
    private JudgedAgent? Judge(AgentEntry entry, float words, double close, bool isNear)
    {
        var activity = activities?.Of(entry.Record.Tenant, entry.Record.Id);
        if (activity?.OpenTasks > job.MaxOpenTasks || activity?.LastDay.SuccessRate < job.MinSuccessRate)
        {
            return null;
        }

        var text = Math.Min(1.0, words);
        var has = preferred.Count(one => Has(entry, one));
        if (!AsksNothing && text == 0 && !isNear && has == 0 && !job.Required.Fields.Any())
        {
            return null;
        }

        // Of an agent of which little is known, little is thought either way.
        var day = activity?.LastDay ?? default;
        var values = new JobValues(
            text,
            meaning is null ? 0 : close,
            preferred.Length == 0 ? 0 : (double)has / preferred.Length,
            (day.Completed + 1.0) / (day.Completed + day.Failed + 2),
            1.0 / (1 + (activity?.OpenTasks ?? 0)));
        var (ofText, ofMeaning) = (!hasText ? 0 : meaning is null ? TextWeight : TextWeight - MeaningWeight, meaning is null ? 0 : MeaningWeight);
        var ofPreferred = preferred.Length == 0 ? 0 : PreferredWeight;
        var sum = (values.Text * ofText) + (values.Meaning * ofMeaning) + (values.Preferred * ofPreferred) + (values.Success * SuccessWeight)
            + (values.Load * LoadWeight);
        return new JudgedAgent(entry, activity, sum / (ofText + ofMeaning + ofPreferred + SuccessWeight + LoadWeight), values, null);
    }

    private AgentScorePart[] PartsOf(JobValues values) =>
    [
        .. !hasText ? (AgentScorePart[])[] : [new("text", values.Text, meaning is null ? TextWeight : TextWeight - MeaningWeight)],
        .. meaning is null ? (AgentScorePart[])[] : [new("meaning", values.Meaning, MeaningWeight)],
        .. preferred.Length == 0 ? (AgentScorePart[])[] : [new("preferred", values.Preferred, PreferredWeight)],
        new("success", values.Success, SuccessWeight),
        new("load", values.Load, LoadWeight),
    ];

    private int Compare(JudgedAgent x, JudgedAgent y)
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

    private AgentCandidate Told(JudgedAgent judged, TextQuery? asked) => new(
        judged.Activity is { } activity ? judged.Entry.Judged() with { Activity = activity } : judged.Entry.Judged(),
        judged.Score,
        PartsOf(judged.Values),
        Told(one => Has(judged.Entry, one)),
        Told(one => !Has(judged.Entry, one)),
        asked is null ? [] : Highlights.Of(judged.Entry.Record, asked))
    {
        MeaningField = judged.Field,
    };

    private AgentFilters Told(Func<(FieldKind Kind, string Told, string Value), bool> some) => preferred.Where(some).Aggregate(
        AgentFilters.None, (filters, one) => filters.With(one.Kind.Field, [.. filters[one.Kind.Field], one.Told]));

    private static bool Has(AgentEntry entry, (FieldKind Kind, string Told, string Value) one) =>
        one.Kind.Values(entry).Contains(one.Value, one.Kind.Comparer);
}
