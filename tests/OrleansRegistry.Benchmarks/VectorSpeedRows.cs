using System.Diagnostics;
using System.Globalization;
using OrleansRegistry.Directory;

namespace OrleansRegistry.Benchmarks;

/// <summary>
/// The agents nearest in meaning among more and more vectors (<c>VECTORS</c>, 1,000, 50,000 and 200,000), one of each agent: all compared, and by a graph,
/// with how many of the nearest ten it finds.
/// </summary>
internal static class VectorSpeedRows
{
    private const int Best = 10;

    public static async IAsyncEnumerable<Row> RunAsync()
    {
        var samples = await SampleVectors.MakeAsync();
        var asked = Environment.GetEnvironmentVariable("VECTORS") ?? "1000,50000,200000";
        foreach (var count in asked.Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture)))
        {
            var (index, vectors) = Fill(samples, count);
            var values = Enumerable.Range(0, count).Select(i => vectors.Rows.Rows[i]!.Values).ToArray();
            var of = $"{count:N0} vectors of {SampleVectors.Dimensions}";
            var times = count > 100_000 ? 20 : 200;

            // Both are run until the compiler has made its best of them.
            _ = SearchRows.Times(count > 10_000 ? 10 : 300, i => Scalar(samples.Queries[i % samples.Queries.Count], values));
            var scalar = SearchRows.Times(20, i => Scalar(samples.Queries[i % samples.Queries.Count], values));
            _ = SearchRows.Times(count > 10_000 ? 10 : 3_000, i => Search(index, vectors, samples.Queries[i % samples.Queries.Count]).Count);
            var exact = SearchRows.Times(times, i => Search(index, vectors, samples.Queries[i % samples.Queries.Count]).Count);
            yield return new Row(
                $"all compared, the nearest {Best} of {of}",
                Figures(exact),
                $"a loop over floats: p50 {scalar[10]:0.000} ms",
                exact[times / 2] / scalar[10],
                count == 1_000 ? "under 0.2 ms" : "told",
                count != 1_000 || exact[times / 2] < 0.2);
            if (count >= 10_000)
            {
                yield return Graph(samples, index, vectors, of, exact[times / 2]);
            }
        }
    }

    private static Row Graph(SampleVectors samples, TenantIndex index, TenantVectors vectors, string of, double exact)
    {
        // Others than the samples are made of, and not the queries alone.
        float[][] queries = [.. samples.Queries, .. Enumerable.Range(0, 80).Select(i => samples.Of(i % samples.Cards, 0, 60_000_000 + i))];
        var truth = queries.Select(query => Search(index, vectors, query)).ToList();
        using var graph = new VectorGraph(SampleVectors.Dimensions);
        var began = Stopwatch.GetTimestamp();
        graph.Build(vectors.Rows, Environment.ProcessorCount, CancellationToken.None);
        var took = Stopwatch.GetElapsedTime(began);
        vectors.Rows.Graph = graph;
        var hits = truth.Zip(queries, (best, query) => best.Intersect(Search(index, vectors, query)).Count()).Sum();
        var recall = hits / (double)truth.Sum(best => best.Count);
        var taken = SearchRows.Times(400, i => Search(index, vectors, queries[i % queries.Length]).Count);
        vectors.Rows.Graph = null;
        return new Row(
            $"by a graph, the nearest {Best} of {of}",
            $"{Figures(taken)}, recall@{Best} {recall:0.000}; made in {took.TotalSeconds:0.0} s, {graph.Bytes / graph.Count:N0} bytes each",
            $"all compared: p50 {exact:0.000} ms",
            taken[200] / exact,
            "recall@10 over 0.95",
            recall > 0.95);
    }

    private static (TenantIndex Index, TenantVectors Vectors) Fill(SampleVectors samples, int count)
    {
        var (index, vectors) = (new TenantIndex(), new TenantVectors());
        for (var i = 0; i < count; i++)
        {
            SearchRows.Put(index, i, "{\"name\":\"x\",\"skills\":[]}"u8.ToArray(), i + 1);
            HybridRows.Put(vectors, i, [new FieldVector("description", TextHash.Of($"{i}"), samples.Of(i % samples.Cards, 0, i))]);
        }

        return (index, vectors);
    }

    private static List<string> Search(TenantIndex index, TenantVectors vectors, float[] query) =>
        [.. MeaningSearch.Run(index, vectors, query, _ => true, Best).Select(match => match.Entry.Record.Id)];

    /// <summary>As it is written down at first: one product after the other.</summary>
    private static int Scalar(float[] query, float[][] values)
    {
        var best = new PriorityQueue<int, float>();
        for (var i = 0; i < values.Length; i++)
        {
            float dot = 0, length = 0, queryLength = 0;
            for (var j = 0; j < query.Length; j++)
            {
                dot += query[j] * values[i][j];
                length += values[i][j] * values[i][j];
                queryLength += query[j] * query[j];
            }

            best.Enqueue(i, dot / (MathF.Sqrt(length) * MathF.Sqrt(queryLength)));
            if (best.Count > Best)
            {
                best.Dequeue();
            }
        }

        return best.Count;
    }

    private static string Figures(double[] taken) => $"p50 {taken[taken.Length / 2]:0.000} ms, p99 {taken[(int)(taken.Length * 0.99)]:0.000} ms";
}
