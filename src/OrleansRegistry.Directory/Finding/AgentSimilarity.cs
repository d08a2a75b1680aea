using System.Text.Json;

namespace OrleansRegistry.Directory;

/// <summary>How much two agents are alike, by what their cards say.</summary>
internal static class AgentSimilarity
{
    private const double SkillWeight = 0.4;
    private const double TagWeight = 0.3;
    private const double TextWeight = 0.3;

    /// <summary>Of so many that have the most of an agent's words, each is compared with it.</summary>
    private const int Candidates = 1_000;

    /// <param name="isMatch">The other conditions.</param>
    public static SimilarAgent[] Find(TenantIndex index, AgentEntry agent, Func<AgentEntry, bool> isMatch, int most)
    {
        var texts = index.Text.Generation;
        var asked = TextQuery.Of(WordsOf(agent), texts);
        var found = TextSearch.Run(texts, asked, entry => entry == agent || isMatch(entry), Candidates + 1, after: null).Best;
        if (found.Count == 0)
        {
            return [];
        }

        // The agent has all of its own words: what it would get itself is the most.
        var highest = Math.Max(found.FirstOrDefault(match => match.Entry == agent).Score, found[0].Score);
        return
        [
            .. found.Where(match => match.Entry.Record.Id != agent.Record.Id && isMatch(match.Entry))
                .Select(match => Compare(agent, match.Entry, match.Score / highest))
                .OrderByDescending(similar => similar.Score).ThenBy(similar => similar.Agent.Id, StringComparer.Ordinal).Take(most),
        ];
    }

    private static SimilarAgent Compare(AgentEntry agent, AgentEntry other, double text)
    {
        string[] skills = [.. agent.Values(Facets.Skills).Intersect(other.Values(Facets.Skills), StringComparer.Ordinal)];
        string[] tags = [.. agent.Values(Facets.Tags).Intersect(other.Values(Facets.Tags), StringComparer.Ordinal)];
        var score = (SkillWeight * Share(skills.Length, agent.Values(Facets.Skills), other.Values(Facets.Skills)))
            + (TagWeight * Share(tags.Length, agent.Values(Facets.Tags), other.Values(Facets.Tags)))
            + (TextWeight * text);
        return new SimilarAgent(other.Record, score, skills, tags);
    }

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
