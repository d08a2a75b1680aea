using System.Diagnostics;
using System.Globalization;
using OrleansRegistry.Directory;
using OrleansRegistry.Embeddings.Local;

namespace OrleansRegistry.Benchmarks;

/// <summary>
/// How good searches are, by queries with judgements over real cards: <c>REGISTRY_TEST_CARDS</c> names a folder with the cards as
/// <c>good/NNN.json</c>, <c>REGISTRY_TEST_QUERIES</c> a file with a query, a card and a grade (0 to 3) in each line, tabs between.
/// </summary>
internal static class QualityRows
{
    private const int Depth = 10;
    private const string NoCard = "-";

    public static async IAsyncEnumerable<Row> RunAsync()
    {
        var cards = Need("REGISTRY_TEST_CARDS");
        var queries = Read(Need("REGISTRY_TEST_QUERIES"));
        var index = new TenantIndex();
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in System.IO.Directory.GetFiles(Path.Combine(cards, "good"), "*.json").Order(StringComparer.Ordinal))
        {
            var card = RawJson.FromValid(await File.ReadAllBytesAsync(file));
            var stem = Path.GetFileNameWithoutExtension(file);
            var name = AgentCard.Read(card).Name;
            var record = new AgentRecord { Tenant = "t", Id = ids.ContainsValue(name) ? $"{name} {stem}" : name, Card = card, Revision = 1 };
            ids[stem] = record.Id;
            index.Put(null, AgentEntry.For(record, null, new ExtensionPolicy(), null, index.Text.Generation, out _));
        }

        var texts = index.Text.Generation;
        var substring = Judge(
            queries, ids, query => AgentListing.Run(index, new AgentQuery { Text = query }, 0).Agents.Select(agent => (agent.Id, 1f)));
        var text = Judge(queries, ids, query => TextSearch.Run(texts, TextQuery.Of(query, texts), _ => true, Depth, null)
            .Best.Select(match => (match.Entry.Record.Id, match.Score)));
        yield return new Row(
            $"ranked text search, {queries.Count} queries over {ids.Count} cards",
            text.ToString(),
            $"substring: {substring}",
            text.Ndcg / substring.Ndcg,
            "NDCG@10 over 0.49",
            text.Ndcg >= 0.49);

        using var embedder = new MiniLmEmbedder(Environment.ProcessorCount);
        var began = Stopwatch.GetTimestamp();
        var vectors = await EmbedAsync(embedder, index);
        var took = Stopwatch.GetElapsedTime(began);
        var asked = new Dictionary<string, float[]>(StringComparer.Ordinal);
        foreach (var query in queries.Keys)
        {
            asked[query] = (await embedder.EmbedAsync([query]))[0];
        }

        var meaning = Judge(queries, ids, query => Hybrid(query, withText: false));
        var hybrid = Judge(queries, ids, query => Hybrid(query, withText: true));
        var parts = Array.ConvertAll([0, 1], half => Judge(
            queries.Where((_, i) => i % 2 == half).ToDictionary(StringComparer.Ordinal), ids, query => Hybrid(query, withText: true)).Ndcg);
        yield return new Row(
            "hybrid search, the same",
            string.Create(CultureInfo.InvariantCulture, $"{hybrid}; of every second query {parts[0]:0.000}, of the others {parts[1]:0.000}"),
            $"meaning alone: {meaning}",
            hybrid.Ndcg / meaning.Ndcg,
            "NDCG@10 over 0.70, and over text and meaning alone",
            hybrid.Ndcg >= 0.70 && hybrid.Ndcg > text.Ndcg && hybrid.Ndcg > meaning.Ndcg && hybrid.Hit > hybrid.Miss);
        yield return new Row(
            "agents embedded, the model loaded",
            $"{vectors.Count / took.TotalMinutes:N0} a minute",
            $"{vectors.Rows.Count} texts in {took.TotalSeconds:0.0} s: {took.TotalMilliseconds / vectors.Rows.Count:0.0} ms each",
            1,
            "(told)",
            true);

        IEnumerable<(string Id, float Score)> Hybrid(string query, bool withText) =>
            HybridSearch.Run(index, TextQuery.Of(query, texts), new MeaningQuery(vectors, asked[query], withText), _ => true)
                .Select(match => (match.Id, match.Score));
    }

    private static async Task<TenantVectors> EmbedAsync(ITextEmbedder embedder, TenantIndex index)
    {
        var vectors = new TenantVectors();
        foreach (var slot in index.All.After(null))
        {
            var pieces = CardTexts.Of(AgentCard.Read(slot.Entry!.Record.Card));
            var fields = new List<FieldVector>();
            foreach (var piece in pieces)
            {
                var known = vectors.Rows.Find(piece.Hash);
                fields.Add(new FieldVector(piece.Field, piece.Hash, known ?? (await embedder.EmbedAsync([piece.Text]))[0]));
            }

            vectors.Put(new AgentVectors
            {
                Tenant = "t",
                AgentId = slot.Id,
                AgentCreatedAt = slot.Entry.Record.CreatedAt,
                Model = embedder.Model,
                Vectors = fields,
                Version = 1,
            });
        }

        return vectors;
    }

    private static Quality Judge(
        IReadOnlyDictionary<string, Dictionary<string, int>> queries,
        Dictionary<string, string> ids,
        Func<string, IEnumerable<(string Id, float Score)>> search)
    {
        double ndcg = 0, mrr = 0, recall = 0;
        var judged = 0;
        List<float> hits = [];
        List<float> misses = [];
        foreach (var (query, grades) in queries)
        {
            var found = search(query).DistinctBy(match => match.Id).Take(Depth).ToList();
            var known = grades.Where(grade => grade.Key != NoCard)
                .ToDictionary(grade => ids[grade.Key], grade => grade.Value, StringComparer.Ordinal);
            (known.Count == 0 ? misses : hits).Add(found.Count == 0 ? 0 : found[0].Score);
            if (Environment.GetEnvironmentVariable("QUALITY_VERBOSE") is not null)
            {
                var top = string.Join(", ", found.Take(3).Select(match => $"{match.Id} {match.Score:0.00}"));
                Console.Error.WriteLine($"{Ndcg(found, known):0.00} {query} | {top}");
            }

            if (known.Count == 0)
            {
                continue;
            }

            judged++;
            ndcg += Ndcg(found, known);
            var first = found.FindIndex(match => known.GetValueOrDefault(match.Id) > 0);
            mrr += first < 0 ? 0 : 1.0 / (first + 1);
            recall += found.Count(match => known.GetValueOrDefault(match.Id) > 0) / (double)known.Count(grade => grade.Value > 0);
        }

        return new Quality(ndcg / judged, mrr / judged, recall / judged, hits.DefaultIfEmpty().Average(), misses.DefaultIfEmpty().Average());
    }

    private static double Ndcg(List<(string Id, float Score)> found, Dictionary<string, int> grades)
    {
        var best = grades.Values.OrderDescending().Take(Depth).Select(Gain).Sum();
        return best == 0 ? 0 : found.Select((match, rank) => Gain(grades.GetValueOrDefault(match.Id), rank)).Sum() / best;
    }

    private static double Gain(int grade, int rank) => (Math.Pow(2, grade) - 1) / Math.Log2(rank + 2);

    private static Dictionary<string, Dictionary<string, int>> Read(string file)
    {
        var queries = new Dictionary<string, Dictionary<string, int>>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(file).Skip(1))
        {
            var parts = line.Split('\t');
            queries.TryAdd(parts[0], new Dictionary<string, int>(StringComparer.Ordinal));
            queries[parts[0]][parts[1]] = int.Parse(parts[2], CultureInfo.InvariantCulture);
        }

        return queries;
    }

    private static string Need(string name) => Environment.GetEnvironmentVariable(name)
        ?? throw new InvalidOperationException($"{name} is not set: the group 'quality' needs cards and judged queries.");

    private sealed record Quality(double Ndcg, double Mrr, double Recall, double Hit, double Miss)
    {
        public override string ToString() =>
            $"NDCG@10 {Ndcg:0.000}, MRR {Mrr:0.000}, Recall@10 {Recall:0.000}; best score {Hit:0.00} where a card fits, {Miss:0.00} where none does";
    }
}
