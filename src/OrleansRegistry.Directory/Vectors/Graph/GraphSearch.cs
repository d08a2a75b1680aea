namespace OrleansRegistry.Directory;

/// <summary>Ranks the agents that have the vectors nearest to a query's, as a graph of them tells.</summary>
internal static class GraphSearch
{
    /// <summary>How many vectors are asked for at first, and how many at most.</summary>
    private const int First = 1_024;

    private const int Most = 4_096;

    /// <summary>Where so few agents are found, more vectors are asked for.</summary>
    private const int Few = 100;

    /// <summary>How many agents are compared, those with the nearest vectors first: twice as many were not seen to find better ones.</summary>
    private const int Enough = 1_000;

    /// <summary>How many are looked at, where other conditions leave out most.</summary>
    private const int MostSeen = 5_000;

    /// <summary>About the best matches, in no order.</summary>
    /// <param name="threshold">In a search by vectors, as of <see cref="VectorScore"/>.</param>
    /// <returns>Null where it cannot tell, as other conditions leave too few of what is near: all are to be looked at.</returns>
    public static IReadOnlyList<MeaningMatch>? Run(
        TenantIndex index, VectorRows rows, VectorGraph graph, float[] query, Func<AgentEntry, bool> admits, int most, float? threshold)
    {
        var floor = threshold ?? MeaningSearch.Floor;
        for (var wanted = First; wanted <= Most; wanted *= 4)
        {
            var count = graph.Count;
            if (graph.Search(query, wanted) is not { } numbers)
            {
                return null;
            }

            var near = CosinesOf(rows, numbers, query);

            // Where all of them are gone, others may be near behind them.
            var isAll = numbers.Length < wanted || (near.Count > 0 && near[^1].Cosine < floor);
            AddTail(rows, count, query, floor, near);
            near.Sort(static (left, right) => right.Cosine.CompareTo(left.Cosine));
            var nearest = new NearestAgents(index, query, admits, most) { Threshold = threshold };
            var isVisited = Visit(rows, near, nearest);
            if ((isAll && isVisited) || nearest.Count >= Math.Min(Few, most))
            {
                return nearest.ToMatches();
            }

            if (!isVisited)
            {
                return null;
            }
        }

        return null;
    }

    private static List<(int Row, float Cosine)> CosinesOf(VectorRows rows, int[] numbers, float[] query)
    {
        var all = rows.Rows;
        var near = new List<(int Row, float Cosine)>(numbers.Length);
        foreach (var number in numbers)
        {
            if (all[number] is { } row)
            {
                near.Add((number, MeaningSearch.Cosine(query, row.Values)));
            }
        }

        return near;
    }

    /// <summary>Those that are not in the graph yet.</summary>
    private static void AddTail(VectorRows rows, int first, float[] query, float floor, List<(int Row, float Cosine)> near)
    {
        var all = rows.Rows;
        for (var number = first; number < all.Length; number++)
        {
            if (all[number] is { } row && MeaningSearch.Cosine(query, row.Values) is var cosine && cosine >= floor)
            {
                near.Add((number, cosine));
            }
        }
    }

    /// <returns>Whether none was left out that might be among the best.</returns>
    private static bool Visit(VectorRows rows, List<(int Row, float Cosine)> near, NearestAgents nearest)
    {
        var all = rows.Rows;
        var agents = rows.Agents;
        var seen = new HashSet<int>();
        var compared = 0;
        foreach (var (number, cosine) in near)
        {
            if (!nearest.MayTake(cosine))
            {
                return true;
            }

            foreach (var place in all[number] is { } row ? row.Places : [])
            {
                if (place < agents.Length && agents[place] is { } agent && agent.Rows.Contains(number) && seen.Add(place))
                {
                    compared += nearest.Take(agent, []) ? 1 : 0;
                    if (compared >= Enough || seen.Count >= MostSeen)
                    {
                        return false;
                    }
                }
            }
        }

        return true;
    }
}
