using System.Collections.Concurrent;

namespace OrleansRegistry.Directory;

/// <summary>The extensions that one tenant's agents declare. One writer; readers take no locks.</summary>
internal sealed class ExtensionIndex
{
    private readonly ConcurrentDictionary<string, Extension> extensions = new(StringComparer.Ordinal);

    public int Count => extensions.Count;

    public IEnumerable<string> Uris => extensions.Keys;

    /// <summary>The agents that declare it, and where it came from; null where nobody does.</summary>
    public (SortedSlots Slots, ExtensionOrigin Origin)? Find(string uri) =>
        extensions.TryGetValue(uri, out var extension) ? (extension.Slots, extension.Origin) : null;

    public void Update(AgentSlot slot, AgentEntry? had, AgentEntry? has)
    {
        // The new ones first: an extension that stays must not be gone in between.
        var before = OriginsOf(had);
        var after = OriginsOf(has);
        foreach (var (uri, origin) in after)
        {
            if (extensions.TryGetValue(uri, out var known))
            {
                known.Add(slot, origin);
            }
            else
            {
                extensions[uri] = new Extension(slot, origin);
            }
        }

        foreach (var (uri, origin) in before)
        {
            if (extensions.TryGetValue(uri, out var known) && !known.Remove(slot, origin, stays: after.ContainsKey(uri)))
            {
                extensions.TryRemove(uri, out _);
            }
        }
    }

    /// <summary>The origin of each extension that the agent declares and the registry lists.</summary>
    private static Dictionary<string, ExtensionOrigin> OriginsOf(AgentEntry? entry)
    {
        var origins = new Dictionary<string, ExtensionOrigin>(entry?.Extensions.Count ?? 0, StringComparer.Ordinal);
        if (entry is not null)
        {
            foreach (var declared in entry.Extensions)
            {
                origins[declared.Uri] = new ExtensionOrigin(declared.Uri, entry.Record.Id, entry.Record.CreatedAt);
            }

            foreach (var origin in entry.Record.ExtensionOrigins)
            {
                if (origins.ContainsKey(origin.Uri))
                {
                    origins[origin.Uri] = origin;
                }
            }
        }

        return origins;
    }

    private sealed class Extension
    {
        // Nearly always one: whoever declares an extension takes over the origin that it finds.
        private readonly Dictionary<ExtensionOrigin, int> origins = [];
        private volatile ExtensionOrigin origin;

        public Extension(AgentSlot slot, ExtensionOrigin origin)
        {
            this.origin = origin;
            Add(slot, origin);
        }

        public SortedSlots Slots { get; } = new();

        /// <summary>The oldest that any agent which still declares it knows of.</summary>
        public ExtensionOrigin Origin => origin;

        public void Add(AgentSlot slot, ExtensionOrigin from)
        {
            Slots.Add(slot);
            origins[from] = origins.GetValueOrDefault(from) + 1;
            origin = Oldest();
        }

        /// <summary>Takes back one declaration; false once nobody declares it.</summary>
        public bool Remove(AgentSlot slot, ExtensionOrigin from, bool stays)
        {
            if (!stays)
            {
                Slots.Remove(slot);
            }

            if (--origins[from] == 0)
            {
                origins.Remove(from);
            }

            if (origins.Count == 0)
            {
                return false;
            }

            origin = Oldest();
            return true;
        }

        private ExtensionOrigin Oldest() => origins.Keys.OrderBy(known => known.At).ThenBy(known => known.AgentId, StringComparer.Ordinal).First();
    }
}
