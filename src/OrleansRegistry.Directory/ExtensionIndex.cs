using System.Collections.Concurrent;
using OrleansRegistry.Model;

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
        foreach (var declared in has?.Extensions ?? [])
        {
            var origin = OriginOf(has!, declared.Uri);
            if (extensions.TryGetValue(declared.Uri, out var known))
            {
                known.Add(slot, origin);
            }
            else
            {
                extensions[declared.Uri] = new Extension(slot, origin);
            }
        }

        foreach (var declared in had?.Extensions ?? [])
        {
            var stays = has?.Extensions.Any(extension => extension.Uri == declared.Uri) == true;
            if (extensions.TryGetValue(declared.Uri, out var known) && !known.Remove(slot, OriginOf(had!, declared.Uri), stays))
            {
                extensions.TryRemove(declared.Uri, out _);
            }
        }
    }

    private static ExtensionOrigin OriginOf(AgentEntry entry, string uri) =>
        entry.Record.ExtensionOrigins.FirstOrDefault(origin => origin.Uri == uri)
        ?? new ExtensionOrigin(uri, entry.Record.Id, entry.Record.CreatedAt);

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
