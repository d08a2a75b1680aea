namespace OrleansRegistry.Logs;

/// <summary>What of a log of artifacts is not replaced, in the order in which each artifact first came.</summary>
/// <param name="TotalBytes">Of all that the log holds, replaced or not.</param>
/// <param name="Truncated">The log was not read to its beginning: artifacts are missing, and those that may lack their beginning are left
/// out.</param>
internal sealed record ArtifactSurvey(IReadOnlyList<LivingArtifact> Artifacts, long TotalBytes, bool Truncated);

/// <summary>One artifact of a log, without what was replaced.</summary>
/// <param name="Bytes">Of its entries.</param>
/// <param name="Places">The page and the item of each entry, oldest first.</param>
/// <param name="Entries">The entries, oldest first, where they were asked for.</param>
internal sealed record LivingArtifact(string Id, long Bytes, IReadOnlyList<(long Page, int Item)> Places, IReadOnlyList<RawJson> Entries);

/// <summary>Some artifacts of a log, in order.</summary>
/// <param name="Continues">The last one goes on in the next run: it is too large for one.</param>
/// <param name="Next">Where that begins: an artifact's number and one of its entries'; null where there are no more.</param>
internal sealed record ArtifactRun(IReadOnlyList<RawJson> Artifacts, long Total, bool Continues, (int Artifact, int Entry)? Next);

/// <summary>
/// Reads artifacts from their log, which holds what was sent in order. It goes from the newest entry back: what an entry replaces, it has met before,
/// so that nothing of that is kept in memory.
/// </summary>
internal sealed class ArtifactReader(LogReader logs)
{
    /// <summary>The artifacts, whole, as far as they fit: an artifact is there with all its parts or not at all.</summary>
    /// <exception cref="MissingPageException">The head is no longer that of the log.</exception>
    public async Task<(IReadOnlyList<RawJson> Artifacts, bool Truncated)> ReadWholeAsync(LogName log, LogHead head, long maxBytes)
    {
        if (head.Count == 0)
        {
            return ([], false);
        }

        var survey = await SurveyAsync(log, head, keep: true, maxBytes);
        return ([.. survey.Artifacts.Select(artifact => ArtifactLog.Whole(artifact.Entries))], survey.Truncated);
    }

    /// <summary>One artifact; null if none has that id.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.TooLarge"/>.</exception>
    /// <exception cref="MissingPageException">The head is no longer that of the log.</exception>
    public async Task<RawJson?> ReadOneAsync(LogName log, LogHead head, string id, long maxBytes)
    {
        var entries = new List<RawJson>();
        var bytes = 0L;
        await foreach (var (_, items) in logs.ReadBackwardsAsync(log, head, () => long.MaxValue))
        {
            for (var i = items.Length - 1; i >= 0; i--)
            {
                var (of, append) = ArtifactLog.Peek(items[i]);
                if (of != id)
                {
                    continue;
                }

                bytes += items[i].Length;
                if (bytes > maxBytes && entries.Count > 0)
                {
                    throw new RegistryException(
                        RegistryError.TooLarge,
                        $"The artifact has more than {maxBytes:N0} bytes, the most that one answer carries: read the task's artifacts page by page.",
                        "artifact_id");
                }

                entries.Add(items[i]);
                if (!append)
                {
                    entries.Reverse();
                    return ArtifactLog.Whole(entries);
                }
            }
        }

        entries.Reverse();
        return entries.Count == 0 ? null : ArtifactLog.Whole(entries);
    }

    /// <summary>
    /// Artifacts in order, from a place on; at least one entry of one where there is one. An artifact that is too large for one run is given in
    /// parts.
    /// </summary>
    /// <exception cref="MissingPageException">The head is no longer that of the log.</exception>
    public async Task<ArtifactRun> ReadForwardAsync(LogName log, LogHead head, (int Artifact, int Entry) from, int limit, long maxBytes)
    {
        var known = (await SurveyAsync(log, head, keep: false, long.MaxValue)).Artifacts;
        var artifacts = new List<RawJson>();
        var bytes = 0L;
        (long Page, RawJson[] Items) last = (-1, []);
        for (var (number, entry) = from; number < known.Count; (number, entry) = (number + 1, 0))
        {
            var places = known[number].Places;
            if (artifacts.Count == limit || (artifacts.Count > 0 && bytes + known[number].Bytes > maxBytes))
            {
                return new ArtifactRun(artifacts, known.Count, Continues: false, (number, entry));
            }

            var entries = new List<RawJson>();
            for (; entry < places.Count; entry++)
            {
                last = last.Page == places[entry].Page ? last : (places[entry].Page, await logs.ReadItemsAsync(log, head, places[entry].Page));
                var item = last.Items[places[entry].Item];
                bytes += item.Length;
                if (entries.Count > 0 && bytes > maxBytes)
                {
                    return new ArtifactRun([.. artifacts, ArtifactLog.Whole(entries)], known.Count, Continues: true, (number, entry));
                }

                entries.Add(item);
            }

            if (entries.Count > 0)
            {
                artifacts.Add(ArtifactLog.Whole(entries));
            }
        }

        return new ArtifactRun(artifacts, known.Count, Continues: false, null);
    }

    /// <summary>Finds what of the log was not replaced.</summary>
    /// <param name="keep">Whether the entries are kept; else only where they are.</param>
    /// <param name="maxBytes">The most bytes of living entries; at more it ends.</param>
    /// <exception cref="MissingPageException">The head is no longer that of the log.</exception>
    public async Task<ArtifactSurvey> SurveyAsync(LogName log, LogHead head, bool keep, long maxBytes)
    {
        var found = new Dictionary<string, Found>(StringComparer.Ordinal);
        var living = 0L;
        var total = 0L;
        var seen = 0L;
        await foreach (var (page, items) in logs.ReadBackwardsAsync(log, head, () => long.MaxValue))
        {
            for (var i = items.Length - 1; i >= 0; i--)
            {
                total += items[i].Length;
                var (id, append) = ArtifactLog.Peek(items[i]);
                if (!found.TryGetValue(id, out var artifact))
                {
                    found[id] = artifact = new Found();
                }

                artifact.LastSeen = ++seen;
                if (artifact.IsWhole)
                {
                    continue;
                }

                living += items[i].Length;
                if (living > maxBytes)
                {
                    return new ArtifactSurvey(Order(found.Where(one => one.Value.IsWhole)), total, Truncated: true);
                }

                artifact.Take((page, i), items[i], keep);
                artifact.IsWhole = !append;
            }
        }

        return new ArtifactSurvey(Order(found), total, Truncated: false);
    }

    private static IReadOnlyList<LivingArtifact> Order(IEnumerable<KeyValuePair<string, Found>> found) =>
        [.. found.OrderByDescending(one => one.Value.LastSeen).Select(one => one.Value.ToLiving(one.Key))];

    private sealed class Found
    {
        private readonly List<(long Page, int Item)> places = [];
        private readonly List<RawJson> entries = [];
        private long bytes;

        /// <summary>The greater, the earlier the artifact first came.</summary>
        public long LastSeen { get; set; }

        /// <summary>The entry that begins it was met: what comes before was replaced.</summary>
        public bool IsWhole { get; set; }

        public void Take((long Page, int Item) place, RawJson entry, bool keep)
        {
            places.Add(place);
            bytes += entry.Length;
            if (keep)
            {
                entries.Add(entry);
            }
        }

        public LivingArtifact ToLiving(string id)
        {
            places.Reverse();
            entries.Reverse();
            return new LivingArtifact(id, bytes, places, entries);
        }
    }
}
