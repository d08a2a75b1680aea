using System.Globalization;

namespace OrleansRegistry.Trust.Audit;

/// <summary>Reads trails from the store. A page of the store is read whole, so a query costs the entries of its time.</summary>
internal sealed class AuditTrail(IRecordStore store, [RegistryTime] TimeProvider time) : IAuditTrail
{
    /// <summary>How many entries, and pages of them, are looked through for one page of an answer.</summary>
    private const int MostEntries = 20_000;
    private const int MostPages = 2_000;

    private const int SmallStep = 20;
    private const int LargeStep = 200;

    public async Task<AuditPage> ListAsync(Caller caller, AuditQuery? query = null, CancellationToken cancellationToken = default)
    {
        query ??= new AuditQuery();
        Identifiers.CheckCaller(caller);
        PageLimit.Audit.Check(query.PageSize);
        var walk = new Walk(query, caller.Tenant);
        var records = Records(caller.Tenant, query);
        var step = SmallStep;
        while (true)
        {
            var some = await store.QueryAsync(records, walk.After, step, cancellationToken);
            foreach (var listed in some)
            {
                if (!walk.Take(listed))
                {
                    return walk.Page(isLast: false);
                }
            }

            if (some.Count < step)
            {
                return walk.Page(isLast: true);
            }

            // Of a trail that is seldom written, pages have an entry each.
            step = walk.Entries < walk.Pages * 5 ? LargeStep : SmallStep;
        }
    }

    public async Task<AuditAnchor> GetAnchorAsync(Caller caller, CancellationToken cancellationToken = default)
    {
        Identifiers.CheckCaller(caller);
        var head = await AuditChain.ReadHeadAsync(caller.Tenant, store, cancellationToken);
        return new AuditAnchor(caller.Tenant, head.Sequence, head.Hash, head.Sequence == 0 ? time.GetUtcNow() : head.At);
    }

    private static RecordQuery Records(string tenant, AuditQuery query) => AuditKind.PagesOf(tenant).And(
        query.Since is { } since ? AuditKind.WrittenAt.IsFrom(since) : null,
        query.Before is { } before ? AuditKind.WrittenAt.IsBefore(before) : null) with { OldestFirst = query.OldestFirst };

    /// <summary>Where a list is: after which page of the store, and after which entry of the next.</summary>
    private sealed class Walk
    {
        private readonly AuditQuery query;
        private readonly string binding;
        private readonly List<AuditEntry> taken = [];
        private readonly List<string> unreadable = [];
        private long lastSeen;

        public Walk(AuditQuery query, string tenant)
        {
            this.query = query;
            binding = string.Join(
                '\n', "audit", tenant, query.Since?.UtcTicks, query.Before?.UtcTicks, query.Subject, query.Object, query.Action, query.Outcome,
                query.Credential, query.OldestFirst);
            Read(PageToken.Read(query.PageToken, binding), tenant);
        }

        public RecordPosition? After { get; private set; }

        public int Entries { get; private set; }

        public int Pages { get; private set; }

        /// <returns>False where there is no room for all of the page.</returns>
        public bool Take(in ListedRecord listed)
        {
            if (Entries >= MostEntries || Pages >= MostPages || taken.Count == query.PageSize)
            {
                return false;
            }

            Pages++;
            IReadOnlyList<AuditEntry> entries;
            try
            {
                entries = AuditKind.Read(listed.Record).Entries;
            }
            catch (RegistryException refusal) when (refusal.Error == RegistryError.Unreadable)
            {
                unreadable.Add(listed.Record.Key.Id);
                After = listed.Position;
                return true;
            }

            foreach (var entry in query.OldestFirst ? entries : entries.Reverse())
            {
                if (lastSeen != 0 && (query.OldestFirst ? entry.Sequence <= lastSeen : entry.Sequence >= lastSeen))
                {
                    continue;
                }

                if (taken.Count == query.PageSize)
                {
                    return false;
                }

                Entries++;
                if (Fits(entry))
                {
                    taken.Add(entry);
                }

                lastSeen = entry.Sequence;
            }

            After = listed.Position;
            lastSeen = 0;
            return true;
        }

        public AuditPage Page(bool isLast) => new(taken, isLast ? null : Token()) { Unreadable = unreadable };

        private bool Fits(AuditEntry entry) =>
            (query.Subject is null || query.Subject == entry.Subject)
            && (query.Object is null || query.Object == entry.Object)
            && (query.Outcome is null || query.Outcome == entry.Outcome)
            && (query.Credential is null || query.Credential == entry.Credential)
            && (query.Action is not { } action || (action.EndsWith('*')
                ? entry.Action.StartsWith(action[..^1], StringComparison.Ordinal)
                : entry.Action == action));

        private string Token() => PageToken.Make(
            string.Create(CultureInfo.InvariantCulture, $"{After?.At.UtcTicks}/{After?.Key.Id}/{lastSeen}"), binding);

        private void Read(string? token, string tenant)
        {
            if (token is null)
            {
                return;
            }

            var parts = token.Split('/');
            if (parts.Length != 3 || !long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out lastSeen)
                || !(parts[0].Length == 0 || IsTime(parts[0])))
            {
                throw RegistryException.Invalid("page_token", "is not one that this registry gave");
            }

            if (parts[0].Length > 0)
            {
                var at = new DateTimeOffset(long.Parse(parts[0], CultureInfo.InvariantCulture), TimeSpan.Zero);
                After = new RecordPosition(at, new RecordKey(tenant, parts[1]));
            }
        }

        private static bool IsTime(string text) =>
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTime.MaxValue.Ticks;
    }
}
