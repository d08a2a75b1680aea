namespace OrleansRegistry.Transfer;

/// <summary>The head of a task, a context or feedback in an import, with its pages, which follow it.</summary>
internal sealed class HeadGroup(CheckedLine head)
{
    private readonly IEnumerator<RecordKey> expected = head.Head!.PageKeys().GetEnumerator();
    private int log = -1;
    private long items;
    private bool hasStarted;
    private bool hasNext;

    public CheckedLine Head => head;

    public TransferKind Kind => head.Kind!;

    /// <summary>Pages that are not stored yet.</summary>
    public List<RecordChange> Pages { get; } = [];

    /// <summary>How many pages came.</summary>
    public long PageCount { get; private set; }

    /// <summary>What is wrong with it; its other pages are passed over.</summary>
    public string? Fault { get; private set; }

    /// <summary>All its pages are there.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>What is to become of it; null before the store was asked.</summary>
    public ImportResult? Decision { get; set; }

    /// <summary>What is in the store in its place.</summary>
    public StoredRecord? Before { get; set; }

    /// <summary>What became of it where it replaces that; null before.</summary>
    public ImportedRecord? Imported { get; set; }

    /// <summary>Adds the page that comes next.</summary>
    public void Add(CheckedLine page)
    {
        PageCount++;
        if (Fault is not null)
        {
            return;
        }

        Start();
        if (!hasNext || expected.Current != page.Key)
        {
            Fault = hasNext
                ? $"its page {expected.Current.Id} is missing: page {RecordLine.Shorten(page.Key.Id)} comes in its place"
                : $"page {RecordLine.Shorten(page.Key.Id)} is none of its pages";
            return;
        }

        EnterLog(page.Key);
        if (page.Page!.First != items)
        {
            Fault = $"its page {RecordLine.Shorten(page.Key.Id)} begins with item {page.Page.First}, and should with {items}";
            return;
        }

        items += page.Page.Count;
        Pages.Add(page.ToChange());
        hasNext = expected.MoveNext();
    }

    /// <summary>No more of its pages come.</summary>
    public void Close()
    {
        Start();
        if (Fault is null && hasNext)
        {
            Fault = $"its page {expected.Current.Id} is missing";
        }

        if (Fault is null)
        {
            CheckItems();
            foreach (var (name, rest) in head.Head!.Logs.Skip(log + 1))
            {
                if (rest.Paged != 0)
                {
                    Fault ??= $"{name} has {rest.Paged} items in pages, and no pages";
                }
            }
        }

        IsComplete = Fault is null;
    }

    private void Start()
    {
        if (!hasStarted)
        {
            hasStarted = true;
            hasNext = expected.MoveNext();
        }
    }

    /// <summary>Goes on to the log that a page is of.</summary>
    private void EnterLog(RecordKey page)
    {
        while (log < 0 || !IsOf(log, page))
        {
            CheckItems();
            log++;
            items = 0;
        }
    }

    private bool IsOf(int place, RecordKey page)
    {
        var (name, log) = head.Head!.Logs[place];
        return name.KeyOf(log.Pages).Id[0] == page.Id[0];
    }

    /// <summary>The log that ends has as many items in its pages as its head says.</summary>
    private void CheckItems()
    {
        if (log >= 0 && head.Head!.Logs[log] is var (name, of) && of.Paged != items)
        {
            Fault ??= $"the pages of {name} have {items} items, and its head says {of.Paged}";
        }
    }
}
