namespace OrleansRegistry.Tasks;

/// <summary>How large each artifact of a task is, without what was replaced. Kept by the task's grain while it changes artifacts.</summary>
internal sealed class ArtifactSizes
{
    private readonly Dictionary<UInt128, long> sizes = [];

    /// <summary>Of a task without artifacts.</summary>
    public ArtifactSizes()
    {
    }

    public ArtifactSizes(ArtifactSurvey survey)
    {
        Total = survey.TotalBytes;
        foreach (var artifact in survey.Artifacts)
        {
            sizes[ItemIds.Hash(artifact.Id)] = artifact.Bytes;
            Living += artifact.Bytes;
        }
    }

    /// <summary>The bytes of the log's entries, replaced or not.</summary>
    public long Total { get; private set; }

    /// <summary>The bytes of those that were not replaced.</summary>
    public long Living { get; private set; }

    /// <summary>What these entries would make of it; nothing is changed.</summary>
    public Plan PlanFor(IReadOnlyList<TaskArtifact> artifacts, IReadOnlyList<RawJson> entries)
    {
        var plan = new Plan { Total = Total, Living = Living };
        for (var i = 0; i < entries.Count; i++)
        {
            var id = ItemIds.Hash(ArtifactLog.IdOf(artifacts[i].Json));
            var isKnown = plan.Sizes.TryGetValue(id, out var before) || sizes.TryGetValue(id, out before);
            var after = entries[i].Length + (artifacts[i].Append ? before : 0);
            plan.Added += isKnown ? 0 : 1;
            plan.Total += entries[i].Length;
            plan.Living += after - before;
            plan.Sizes[id] = after;
        }

        return plan;
    }

    /// <summary>Makes a plan come true.</summary>
    public void Take(Plan plan)
    {
        foreach (var (id, size) in plan.Sizes)
        {
            sizes[id] = size;
        }

        Total = plan.Total;
        Living = plan.Living;
    }

    /// <summary>Tells that the log holds no more what was replaced.</summary>
    public void Compacted() => Total = Living;

    public sealed class Plan
    {
        public Dictionary<UInt128, long> Sizes { get; } = [];

        public long Total { get; set; }

        public long Living { get; set; }

        /// <summary>How many artifacts are new.</summary>
        public int Added { get; set; }
    }
}
