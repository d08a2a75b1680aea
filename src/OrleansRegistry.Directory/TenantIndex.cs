using System.Collections.Concurrent;

namespace OrleansRegistry.Directory;

/// <summary>All agents of one tenant and what they are found by. One writer (the change feed); readers take no locks.</summary>
internal sealed class TenantIndex
{
    private readonly ConcurrentDictionary<string, AgentSlot> slots = new(concurrencyLevel: 1, capacity: 31, StringComparer.Ordinal);
    private readonly Facet[] facets = [.. Facets.All.Select(kind => new Facet(kind.Comparer))];
    private readonly int[] healths = new int[(int)AgentHealth.Expired + 1];
    private int enabled;
    private int named;
    private int guarded;

    public TenantIndex() => Text = new TextIndex(id => slots.GetValueOrDefault(id));

    public SortedSlots All { get; } = new();

    public ExtensionIndex Extensions { get; } = new();

    public TextIndex Text { get; }

    /// <summary>Those to which the registry passes messages on, by their ids.</summary>
    public ConcurrentDictionary<string, AgentSlot> Forwarded { get; } = new(concurrencyLevel: 1, capacity: 1, StringComparer.Ordinal);

    /// <summary>Those whose cards are fetched anew on a schedule, by their ids.</summary>
    public ConcurrentDictionary<string, AgentSlot> Refreshed { get; } = new(concurrencyLevel: 1, capacity: 1, StringComparer.Ordinal);

    /// <summary>Those with a lease, or an instance with one, by their ids.</summary>
    public ConcurrentDictionary<string, AgentSlot> Leased { get; } = new(concurrencyLevel: 1, capacity: 1, StringComparer.Ordinal);

    /// <summary>Those that other tenants read too, by their ids.</summary>
    public ConcurrentDictionary<string, AgentSlot> Public { get; } = new(concurrencyLevel: 1, capacity: 1, StringComparer.Ordinal);

    /// <summary>Whether some agents are for those named alone: no index or count tells of one while this is false.</summary>
    public bool HasNamed => Volatile.Read(ref named) > 0;

    /// <summary>Whether some agents do not take messages from all of the tenant, as they do not see them or need a grant.</summary>
    public bool HasGuarded => HasNamed || Volatile.Read(ref guarded) > 0;

    public int Count => slots.Count;

    public int EnabledCount => Volatile.Read(ref enabled);

    /// <summary>How many agents have this health.</summary>
    public int CountOf(AgentHealth health) => Volatile.Read(ref healths[(int)health]);

    /// <summary>The agents by their values of one kind.</summary>
    public Facet Of(FacetKind kind) => facets[kind.Number];

    public AgentEntry? Find(string id) => SlotOf(id)?.Entry;

    /// <summary>The agent's place; null where it has none.</summary>
    public AgentSlot? SlotOf(string id) => slots.GetValueOrDefault(id);

    /// <summary>Takes in a change, unless a later one of that agent was taken in already.</summary>
    /// <param name="slot">As <see cref="SlotOf"/> gave it.</param>
    public void Put(AgentSlot? slot, AgentEntry entry)
    {
        var isNew = slot is null;
        slot ??= new AgentSlot(entry.Record.Id);
        var had = slot.Entry;
        if (had is not null && had.Record.Revision >= entry.Record.Revision)
        {
            return;
        }

        // Before anything tells of it, and until nothing does any more.
        CountShared(entry, 1);
        slot.Entry = entry;
        if (isNew)
        {
            slots[slot.Id] = slot;
            All.Add(slot);
        }

        Index(slot, had, entry);
        CountShared(had, -1);
    }

    public void Remove(string id, long revision)
    {
        if (slots.TryGetValue(id, out var slot) && slot.Entry is { } had && had.Record.Revision < revision)
        {
            slots.TryRemove(id, out _);
            All.Remove(slot);
            Index(slot, had, null);
            slot.Entry = null;
            CountShared(had, -1);
        }
    }

    private void Index(AgentSlot slot, AgentEntry? had, AgentEntry? has)
    {
        foreach (var kind in Facets.All)
        {
            Of(kind).Update(slot, had?.Values(kind) ?? [], has?.Values(kind) ?? []);
        }

        if (has is null)
        {
            Text.Remove(slot);
        }
        else
        {
            Text.Put(slot, had, has);
        }

        if (had?.Extensions.Count > 0 || has?.Extensions.Count > 0)
        {
            Extensions.Update(slot, had, has);
        }

        Keep(Forwarded, slot, had?.Record.Delivery == AgentDelivery.Forward, has?.Record.Delivery == AgentDelivery.Forward);
        Keep(Refreshed, slot, had?.Record.Source?.RefreshInterval is not null, has?.Record.Source?.RefreshInterval is not null);
        Keep(Leased, slot, HasLease(had), HasLease(has));
        Keep(Public, slot, had?.Record.Visibility == AgentVisibility.Public, has?.Record.Visibility == AgentVisibility.Public);
        Tally(had?.Record.Health, -1);
        Tally(has?.Record.Health, 1);
        Volatile.Write(ref enabled, enabled + (has?.Record.Enabled == true ? 1 : 0) - (had?.Record.Enabled == true ? 1 : 0));
    }

    private static bool HasLease(AgentEntry? entry) =>
        entry is not null && (entry.Record.Lease is not null || entry.Record.Instances.Any(instance => instance.Lease is not null));

    private void Tally(AgentHealth? health, int more)
    {
        if (health is { } known)
        {
            Volatile.Write(ref healths[(int)known], healths[(int)known] + more);
        }
    }

    private void CountShared(AgentEntry? entry, int more)
    {
        if (entry?.Record.Visibility == AgentVisibility.Named)
        {
            Volatile.Write(ref named, named + more);
        }

        if (entry?.Record.Sharing?.MessagesFrom == AgentSenders.Granted)
        {
            Volatile.Write(ref guarded, guarded + more);
        }
    }

    private static void Keep(ConcurrentDictionary<string, AgentSlot> some, AgentSlot slot, bool was, bool isOne)
    {
        if (isOne)
        {
            some[slot.Id] = slot;
        }
        else if (was)
        {
            some.TryRemove(slot.Id, out _);
        }
    }
}
