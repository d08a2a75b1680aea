using System.Text.Json;

namespace OrleansRegistry.Directory;

/// <summary>How much two agents are alike, by what their cards say.</summary>
internal static class AgentSimilarity
{
    private const double SkillWeight = 0.4;
    private const double TagWeight = 0.3;
    private const double TextWeight = 0.3;

    /// <summary>How much less skills, tags and words count where meaning does.</summary>
    private const double MeaningWeight = 0.4;

    /// <summary>Of so many that have the most of an agent's words, or are nearest in meaning, each is compared with it.</summary>
    private const int Candidates = 1_000;

    /// <param name="isMatch">The other conditions.</param>
    /// <param name="meaning">The agent's first vector, which is of its description, and those of the others; null where it has none.</param>
    public static SimilarAgent[] Find(TenantIndex index, AgentEntry agent, Func<AgentEntry, bool> isMatch, int most, MeaningQuery? meaning = null)
    {
        var texts = index.Text.Generation;
        var asked = TextQuery.Of(WordsOf(agent), texts);
        var found = TextSearch.Run(texts, asked, entry => entry == agent || isMatch(entry), Candidates + 1, after: null).Best;

        // The agent has all of its own words: what it would get itself is the most.
        var highest = found.Count == 0 ? 1 : Math.Max(found.FirstOrDefault(match => match.Entry == agent).Score, found[0].Score);
        var words = found.ToDictionary(match => match.Entry.Record.Id, match => (double)match.Score / highest, StringComparer.Ordinal);
        var near = meaning?.Nearest(index, isMatch, Candidates).Select(match => match.Entry) ?? [];
        var ours = meaning?.Find(agent.Record.Id);
        return
        [
            .. found.Select(match => match.Entry).Concat(near).DistinctBy(entry => entry.Record.Id, StringComparer.Ordinal)
                .Where(entry => entry.Record.Id != agent.Record.Id && isMatch(entry))
                .Select(entry => Compare(
                    agent,
                    entry,
                    words.GetValueOrDefault(entry.Record.Id),
                    ours is null ? null : Meaning(ours, meaning!.Find(entry.Record.Id), entry)))
                .OrderByDescending(similar => similar.Score).ThenBy(similar => similar.Agent.Id, StringComparer.Ordinal).Take(most),
        ];
    }

    private static SimilarAgent Compare(AgentEntry agent, AgentEntry other, double text, double? meaning)
    {
        string[] skills = [.. agent.Values(Facets.Skills).Intersect(other.Values(Facets.Skills), StringComparer.Ordinal)];
        string[] tags = [.. agent.Values(Facets.Tags).Intersect(other.Values(Facets.Tags), StringComparer.Ordinal)];
        var score = (SkillWeight * Share(skills.Length, agent.Values(Facets.Skills), other.Values(Facets.Skills)))
            + (TagWeight * Share(tags.Length, agent.Values(Facets.Tags), other.Values(Facets.Tags)))
            + (TextWeight * text);
        return new SimilarAgent(other.Record, meaning is { } near ? ((1 - MeaningWeight) * score) + (MeaningWeight * near) : score, skills, tags)
        {
            Meaning = meaning,
        };
    }

    /// <summary>How near two agents are: of each vector of one, the nearest of the other's, and of that the mean, both ways.</summary>
    /// <returns>0 where the other has no vectors, or is another one by now.</returns>
    private static double Meaning(AgentVectors ours, AgentVectors? theirs, AgentEntry other) =>
        theirs is not { Vectors.Count: > 0 } || theirs.AgentCreatedAt != other.Record.CreatedAt
            ? 0
            : Math.Clamp((Nearest(ours, theirs) + Nearest(theirs, ours)) / 2, 0, 1);

    private static double Nearest(AgentVectors of, AgentVectors among) =>
        of.Vectors.Average(vector => among.Vectors.Max(other => MeaningSearch.Cosine(vector.Values, other.Values)));

    /// <summary>Of all values that one of them has, those that both have.</summary>
    private static double Share(int both, IReadOnlyList<string> ours, IReadOnlyList<string> theirs) =>
        both == 0 ? 0 : (double)both / (ours.Count + theirs.Count - both);

    /// <summary>What tells most first, as a query counts only so many words. The last word is not one that may go on.</summary>
    private static string WordsOf(AgentEntry agent)
    {
        using var card = JsonDocument.Parse(agent.Record.Card.Utf8, JsonInput.Stored);
        var description = card.RootElement.ValueKind == JsonValueKind.Object && CardJson.TryGet(card.RootElement, "description", out var text)
            && text.ValueKind == JsonValueKind.String
                ? text.GetString()
                : null;
        string?[] parts = [agent.Record.Id, .. agent.Values(Facets.Skills), .. agent.Values(Facets.Tags), description];
        return string.Join("; ", parts) + " ";
    }
}
