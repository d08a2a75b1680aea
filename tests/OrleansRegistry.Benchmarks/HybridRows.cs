using System.Diagnostics;
using System.Globalization;
using OrleansRegistry.Directory;

namespace OrleansRegistry.Benchmarks;

/// <summary>
/// Searches by words and meaning over <c>HYBRID_AGENTS</c> agents (100,000), the vectors of queries known: cards as those of the group <c>search</c>, with a
/// vector of each one's name and description, and vectors of skills that about ten agents share.
/// </summary>
internal static class HybridRows
{
    private const int Page = 20;

    public static async IAsyncEnumerable<Row> RunAsync()
    {
        var count = int.Parse(Environment.GetEnvironmentVariable("HYBRID_AGENTS") ?? "100000", CultureInfo.InvariantCulture);
        var samples = await SampleVectors.MakeAsync();
        var cards = await SearchRows.CardsAsync();
        var (index, vectors) = (new TenantIndex(), new TenantVectors());
        for (var i = 0; i < count; i++)
        {
            SearchRows.Put(index, i, cards(i), i + 1);
        }

        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < count; i++)
        {
            var skills = (int)(i * 7_919L % samples.Cards);
            var variant = i / samples.Cards / 10;
            FieldVector[] own = [new FieldVector("description", TextHash.Of($"{i}"), samples.Of(i % samples.Cards, 0, i))];
            Put(vectors, i, [.. own, .. Enumerable.Range(1, samples.TextsOf(skills) - 1).Select(text =>
                new FieldVector($"skills[{text - 1}]", TextHash.Of($"{skills} {text} {variant}"), samples.Of(skills, text, variant)))]);
        }

        var rows = vectors.Rows;
        var of = $"{count:N0} agents, {rows.Count:N0} vectors";
        var memory = GC.GetTotalMemory(forceFullCollection: true) - before;
        yield return SearchRows.Told($"memory of vectors without the graph, {of}", $"{memory / rows.Count:N0} bytes a vector", "");

        var all = (Hybrid: Best(withText: true), Meaning: Best(withText: false));
        var exact = SearchRows.Times(5, i => Search(i, withText: true).Count)[2];
        var began = Stopwatch.GetTimestamp();
        using var graph = new VectorGraph(SampleVectors.Dimensions);
        graph.Build(rows, Environment.ProcessorCount, CancellationToken.None);
        yield return SearchRows.Told(
            $"the graph, {of}",
            $"made in {Stopwatch.GetElapsedTime(began).TotalSeconds:N0} s, {graph.Bytes / rows.Count:N0} bytes a vector",
            $"{Environment.ProcessorCount} threads");
        rows.Graph = graph;
        yield return Timed("words and meaning", withText: true, 30, all.Hybrid);
        yield return Timed("meaning alone", withText: false, 30, all.Meaning);
        var tag = Tag(index);
        foreach (var filter in new[] { new AgentQuery(), new AgentQuery { Tags = [tag.Value] } })
        {
            var query = filter with { Search = AgentSearchMode.Hybrid };
            var what = filter.Tags.Count == 0 ? "with highlights" : $"with highlights, of a tag that {tag.Count:N0} have";
            var taken = SearchRows.Times(200, i =>
            {
                var meaning = new MeaningQuery(vectors, samples.Queries[i % Page], WithText: true);
                return AgentListing.Run(index, query with { Words = SearchRows.Queries[i % Page] }, 0, null, meaning).Agents.Count;
            });
            yield return SearchRows.Told($"words and meaning, {what}, {of}", Figures(taken), "");
        }

        List<RankedMatch> Search(int i, bool withText) =>
            [.. HybridSearch.Run(
                index,
                TextQuery.Of(SearchRows.Queries[i % Page], index.Text.Generation),
                new MeaningQuery(vectors, samples.Queries[i % Page], withText),
                _ => true).Take(Page)];

        List<List<RankedMatch>> Best(bool withText) => [.. Enumerable.Range(0, Page).Select(i => Search(i, withText))];

        Row Timed(string what, bool withText, double reach, List<List<RankedMatch>> wanted)
        {
            var found = Best(withText);
            var hits = wanted.Zip(found, (best, some) => best.IntersectBy(some.Select(match => match.Id), match => match.Id).Count()).Sum();
            var score = found.Sum(best => best.Sum(match => match.Score)) / wanted.Sum(best => best.Sum(match => match.Score));
            _ = SearchRows.Times(500, i => Search(i, withText).Count);
            var taken = SearchRows.Times(500, i => Search(i, withText).Count);
            var p99 = taken[(int)(taken.Length * 0.99)];
            return new Row(
                $"{what}, best {Page}, {of}",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Figures(taken)}; recall@{Page} {hits / (double)wanted.Sum(best => best.Count):0.000}, scores {100 * score:0.0} % of theirs"),
                $"all compared: {exact:0.0} ms",
                p99 / exact,
                $"p99 under {reach:0} ms",
                p99 < reach);
        }
    }

    /// <summary>Gives an agent of <see cref="SearchRows.Put"/> vectors.</summary>
    public static void Put(TenantVectors vectors, int i, IReadOnlyList<FieldVector> own) => vectors.Put(new AgentVectors
    {
        Tenant = SearchRows.Tenant,
        AgentId = $"mix{i}",
        AgentCreatedAt = default,
        Model = "sample",
        Vectors = own,
        Version = 1,
    });

    /// <summary>One that about one in a hundred has.</summary>
    private static FacetCount Tag(TenantIndex index) =>
        index.Of(Facets.Tags).Counts().MinBy(tag => Math.Abs(tag.Count - (index.Count / 100)));

    private static string Figures(double[] taken) => $"p50 {taken[taken.Length / 2]:0.0} ms, p99 {taken[(int)(taken.Length * 0.99)]:0.0} ms";
}
