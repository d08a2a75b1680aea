namespace OrleansRegistry.Trust.Audit;

/// <summary>What could not be written to a tenant's trail when it should.</summary>
internal sealed class LateEntries([RegistryTime] TimeProvider time)
{
    /// <summary>The most notes that are kept. Beyond, only their number is.</summary>
    public const int Most = 10_000;

    private readonly Lock gate = new();

    /// <summary>They may be written.</summary>
    private readonly List<AuditBatch> sent = [];

    /// <summary>They are not written, so nobody need look for them.</summary>
    private readonly List<AuditNote> unsent = [];

    /// <summary>What tells of those that are lost: the same one until it is written.</summary>
    private AuditBatch? number;
    private long told;
    private long kept;
    private long lost;
    private int erasures;

    /// <summary>How many wait, and how many were given up.</summary>
    public (long Kept, long Lost) Missing
    {
        get
        {
            lock (gate)
            {
                return (kept, lost);
            }
        }
    }

    /// <summary>How often all was dropped.</summary>
    public int Erasures => Volatile.Read(ref erasures);

    /// <param name="since"><see cref="Erasures"/> when the notes came: what was dropped does not come back.</param>
    public void Add(AuditBatch batch, bool wasSent, int since)
    {
        lock (gate)
        {
            if (erasures != since)
            {
                return;
            }

            if (kept + batch.Notes.Count > Most)
            {
                Lose(batch.Notes.Count);
                return;
            }

            var notes = batch.Notes.Select(note => note with { Late = true });
            if (wasSent)
            {
                sent.Add(batch with { Again = true, Notes = [.. notes] });
            }
            else
            {
                unsent.AddRange(notes);
            }

            kept += batch.Notes.Count;
            AuditTelemetry.Late(batch.Notes.Count);
        }
    }

    /// <summary>Gives up some: only their number is written.</summary>
    public void Lose(int count)
    {
        lock (gate)
        {
            lost += count;
            AuditTelemetry.Lost(count);
        }
    }

    /// <summary>Drops all.</summary>
    public void Clear()
    {
        lock (gate)
        {
            AuditTelemetry.Late(-kept);
            erasures++;
            sent.Clear();
            unsent.Clear();
            number = null;
            kept = 0;
            lost = 0;
        }
    }

    /// <summary>What is to be sent now, and last what tells how many are lost. All of it waits until <see cref="Written"/>.</summary>
    public IReadOnlyList<AuditBatch> Take()
    {
        lock (gate)
        {
            AuditBatch[] fresh = [.. unsent.Chunk(AuditChain.MostEntries).Select(notes => AuditBatch.Of(notes, time))];
            List<AuditBatch> late = [.. sent, .. fresh];
            sent.AddRange(fresh.Select(batch => batch with { Again = true }));
            unsent.Clear();
            if (number is not null)
            {
                late.Add(number);
            }
            else if (lost > 0)
            {
                told = lost;
                var first = AuditBatch.Of([AuditNote.OfRegistry(AuditActions.Lost, $"{told}")], time);
                late.Add(first);
                number = first with { Again = true };
            }

            return late;
        }
    }

    public void Written(AuditBatch batch)
    {
        lock (gate)
        {
            if (number?.Id == batch.Id)
            {
                lost -= told;
                number = null;
            }
            else if (sent.RemoveAll(other => other.Id == batch.Id) > 0)
            {
                kept -= batch.Notes.Count;
                AuditTelemetry.Late(-batch.Notes.Count);
            }
        }
    }
}
