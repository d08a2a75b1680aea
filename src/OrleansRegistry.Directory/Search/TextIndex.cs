namespace OrleansRegistry.Directory;

/// <summary>The ranked text search of one tenant: kept up to date by one writer, read by any number of threads without locks.</summary>
internal sealed class TextIndex(Func<string, AgentSlot?> slotOf)
{
    /// <summary>Fewer documents that are gone are not worth the work.</summary>
    private const int FewGone = 1_000;

    private volatile TextGeneration now = new();
    private volatile bool isFull;

    /// <summary>What is searched in now.</summary>
    public TextGeneration Generation => now;

    /// <summary>Whether every agent is in <see cref="Generation"/>.</summary>
    public bool HasAll => !isFull;

    /// <summary>Takes in an agent's card in place of the one that it had. Beyond 16 million cards, it is found by filters alone.</summary>
    public void Put(AgentSlot slot, AgentEntry? had, AgentEntry has)
    {
        if (had is not null && slot.Document >= 0 && has.HasTextOf(had))
        {
            now.Replace(slot.Document, has);
            return;
        }

        if (now.Count > Postings.MaxDocument)
        {
            Compact();
        }

        var before = slot.Document;
        isFull |= now.Count > Postings.MaxDocument;
        slot.Document = now.Count <= Postings.MaxDocument ? now.Add(has, has.TakeText() ?? Read(has)) : -1;

        // The new one first: an agent that changes is never missing.
        Drop(before);
    }

    public void Remove(AgentSlot slot)
    {
        var before = slot.Document;
        slot.Document = -1;
        Drop(before);
    }

    /// <summary>Of an entry whose card was taken for that of the one before, which it is not any more; of one that cannot be read, nothing.</summary>
    private PreparedText Read(AgentEntry entry)
    {
        try
        {
            return now.Prepare(AgentCard.Read(entry.Record.Card), entry.Record.Id);
        }
        catch (RegistryException)
        {
            // It is in the log already, and found by its id.
            return new PreparedText(now, [], 0, TextGeneration.NameOf(TextTokens.Plain(entry.Record.Id)));
        }
    }

    private void Drop(int document)
    {
        if (document < 0)
        {
            return;
        }

        now.Remove(document);
        if (now.Gone > FewGone && now.Gone > now.Count / 2)
        {
            Compact();
        }
    }

    private void Compact() => now = now.Compact((entry, document) => slotOf(entry.Record.Id)!.Document = document);
}
