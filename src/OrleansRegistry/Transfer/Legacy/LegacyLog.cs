namespace OrleansRegistry.Transfer;

/// <summary>A log of items that came all at once, cut into pages as the registry cuts its own.</summary>
internal sealed class LegacyLog
{
    private readonly LogName name;

    /// <param name="idOf">The id of an item; null for a log that does not look for repeats.</param>
    public LegacyLog(LogName name, RawJson[] items, Func<RawJson, string>? idOf)
    {
        this.name = name;
        var whole = LogHead.Empty.Append(items);
        if (!whole.IsFull)
        {
            Head = whole;
            return;
        }

        var ids = idOf is null ? null : new ItemIds();
        foreach (var item in idOf is null ? [] : items)
        {
            ids!.Add(idOf!(item));
        }

        Pages = [.. PagedLog.Cut(items, 0, ids)];
        Head = whole with { Pages = Pages.Count, Tail = [] };
    }

    public LogHead Head { get; }

    public IReadOnlyList<LogPage> Pages { get; } = [];

    public IEnumerable<RecordLine> PageLines() =>
        Pages.Select((page, i) => new RecordLine(PageKind.Kind.Name, name.KeyOf(i + 1), 0, PageKind.Write(page)));
}
