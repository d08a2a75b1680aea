using System.Globalization;

namespace OrleansRegistry;

/// <summary>
/// Checks a trail, entry by entry, oldest first: the registry itself is not asked, so an exported file does as well. Not safe for concurrent use.
/// </summary>
public sealed class AuditVerifier
{
    /// <summary>More faults are counted, and not told one by one.</summary>
    private const int MostTold = 100;

    private readonly List<AuditFault> faults = [];
    private readonly Dictionary<long, AuditAnchor> anchors = [];
    private readonly HashSet<long> met = [];
    private AuditEntry? first;
    private AuditEntry? last;
    private (long Sequence, string Hash)? removed;
    private long count;
    private long more;

    /// <param name="anchors">What was published of the trail before.</param>
    public AuditVerifier(params IEnumerable<AuditAnchor> anchors)
    {
        foreach (var anchor in anchors)
        {
            if (!this.anchors.TryAdd(anchor.Sequence, anchor) && this.anchors[anchor.Sequence].Hash != anchor.Hash)
            {
                Tell(anchor.Sequence, "two anchors of this entry have different hashes");
            }
        }
    }

    /// <summary>Takes the next entry.</summary>
    public void Add(AuditEntry entry)
    {
        if (AuditHash.Of(entry) != entry.Hash)
        {
            Tell(entry.Sequence, "its hash is that of another content: it was changed");
        }

        if (last is not null)
        {
            CheckLink(last, entry);
        }

        if (anchors.TryGetValue(entry.Sequence, out var anchor))
        {
            met.Add(entry.Sequence);
            if (anchor.Hash != entry.Hash || anchor.Tenant != entry.Tenant)
            {
                Tell(entry.Sequence, "it is another one than the anchor has");
            }
        }

        removed = AuditActions.ReadRemoved(entry) ?? removed;
        first ??= entry;
        last = entry;
        count++;
    }

    /// <summary>Takes the next page.</summary>
    public void Add(AuditPage page)
    {
        foreach (var entry in page.Entries)
        {
            Add(entry);
        }

        foreach (var record in page.Unreadable)
        {
            AddUnreadable(record);
        }
    }

    /// <summary>Takes a record of the trail that cannot be read: its entries are missing.</summary>
    /// <param name="record">Its id in the store, which is the place of its first entry.</param>
    public void AddUnreadable(string record)
    {
        var sequence = long.TryParse(record, NumberStyles.None, CultureInfo.InvariantCulture, out var first) ? first : 0;
        Tell(sequence, $"the page '{LogText.Id(record)}' of the store that begins with it cannot be read");
    }

    /// <summary>Called after the last entry.</summary>
    public AuditVerdict Complete()
    {
        CheckBeginning();
        foreach (var anchor in anchors.Values.Where(anchor => anchor.Sequence > 0 && !met.Contains(anchor.Sequence)))
        {
            if (last is null || anchor.Sequence > last.Sequence)
            {
                Tell(anchor.Sequence, $"the anchor names it, and the trail ends with {last?.Sequence ?? 0}: the end was cut off");
            }
            else if (anchor.Sequence > first!.Sequence)
            {
                Tell(anchor.Sequence, "the anchor names it, and it is missing");
            }
        }

        return new AuditVerdict(count, first?.Sequence ?? 0, last?.Sequence ?? 0, last?.Hash ?? AuditEntry.NoHash, faults, more)
        {
            Tenant = first?.Tenant,
            Anchored = [.. met.Order()],
            Outdated = [.. anchors.Keys.Where(sequence => first is not null && sequence > 0 && sequence < first.Sequence).Order()],
        };
    }

    private void CheckLink(AuditEntry before, AuditEntry entry)
    {
        if (entry.Tenant != before.Tenant)
        {
            Tell(entry.Sequence, $"it is of the tenant '{LogText.Id(entry.Tenant)}', and the one before of another");
        }

        if (entry.Sequence > before.Sequence + 1)
        {
            Tell(before.Sequence + 1, entry.Sequence == before.Sequence + 2
                ? "it is missing"
                : FormattableString.Invariant($"entries from this to {entry.Sequence - 1} are missing"));
        }
        else if (entry.Sequence <= before.Sequence)
        {
            Tell(entry.Sequence, $"it comes after {before.Sequence}: the order was changed, or it is there twice");
        }
        else if (entry.Previous != before.Hash)
        {
            Tell(entry.Sequence, "it does not follow the entry before it: one of the two was replaced");
        }

        if (entry.Time < before.Time)
        {
            Tell(entry.Sequence, "its time is before that of the entry before it");
        }
    }

    private void CheckBeginning()
    {
        if (first is null)
        {
            return;
        }

        if (first.Sequence == 1)
        {
            if (first.Previous != AuditEntry.NoHash)
            {
                Tell(1, "it names an entry before it, and is the first");
            }
        }
        else if (removed is not { } end || end.Sequence < first.Sequence - 1)
        {
            Tell(first.Sequence - 1, "entries up to this one are missing, and no entry of the retention says so");
        }
        else if (end.Sequence == first.Sequence - 1 && end.Hash != first.Previous)
        {
            Tell(first.Sequence, "it does not follow what the retention removed");
        }
    }

    private void Tell(long sequence, string what)
    {
        if (faults.Count < MostTold)
        {
            faults.Add(new AuditFault(sequence, what));
        }
        else
        {
            more++;
        }
    }
}

/// <summary>Something that is wrong with a trail.</summary>
/// <param name="Sequence">Which entry it is about.</param>
/// <param name="What">What is wrong: <c>it is missing</c>.</param>
public sealed record AuditFault(long Sequence, string What);

/// <summary>What a verification found.</summary>
/// <param name="Entries">How many were looked at.</param>
/// <param name="First">The sequence of the first; later than 1 where the retention has removed those before. 0 where there are none.</param>
/// <param name="Last">The sequence of the last; 0 where there are none.</param>
/// <param name="Hash">The hash of the last.</param>
/// <param name="Faults">At most 100.</param>
/// <param name="MoreFaults">How many there are beside.</param>
public sealed record AuditVerdict(long Entries, long First, long Last, string Hash, IReadOnlyList<AuditFault> Faults, long MoreFaults)
{
    /// <summary>Nothing is wrong.</summary>
    public bool IsGood => Faults.Count == 0;

    /// <summary>Whose trail it is; null of one without entries.</summary>
    public string? Tenant { get; init; }

    /// <summary>Anchors that an entry was compared with, by their sequences.</summary>
    public IReadOnlyList<long> Anchored { get; init; } = [];

    /// <summary>Anchors that say nothing any more, by their sequences: the retention has removed what they are about.</summary>
    public IReadOnlyList<long> Outdated { get; init; } = [];
}
