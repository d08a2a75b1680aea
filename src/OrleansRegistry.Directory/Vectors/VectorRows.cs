namespace OrleansRegistry.Directory;

/// <summary>An agent with the numbers of its vectors.</summary>
/// <param name="Place">Its place among the agents, as long as it has vectors.</param>
internal sealed record IndexedVectors(AgentVectors Of, int[] Rows, int Place);

/// <summary>
/// The vectors of one tenant, equal ones once, and the agents that have them. A new vector gets a new number, and a number stands for no other one. One
/// writer; readers take no locks.
/// </summary>
internal sealed class VectorRows
{
    private readonly Dictionary<TextHash, int> known = [];
    private readonly Stack<int> free = [];
    private volatile VectorRow?[] rows = [];
    private volatile IndexedVectors?[] agents = [];
    private volatile VectorGraph? graph;
    private volatile int rowCount;
    private volatile int agentCount;
    private volatile int gone;

    /// <summary>How many vectors there are, those that are gone included.</summary>
    public int Count => rowCount;

    /// <summary>How many of them are gone.</summary>
    public int Gone => gone;

    /// <summary>By their numbers; null for those that are gone.</summary>
    public ReadOnlySpan<VectorRow?> Rows => Part(rows, rowCount);

    /// <summary>By their places; null where nobody is. An agent that comes while they are looked at may have vectors that were not there before.</summary>
    public ReadOnlySpan<IndexedVectors?> Agents => Part(agents, agentCount);

    /// <summary>Finds near ones of the first vectors without a look at all; null where there is none yet.</summary>
    public VectorGraph? Graph
    {
        get => graph;
        set => graph = value;
    }

    /// <summary>The vector of a text that some agent has; null where none does.</summary>
    public float[]? Find(TextHash text) => known.TryGetValue(text, out var row) ? rows[row]!.Values : null;

    /// <summary>The number of dimensions that most vectors have; 0 where there are none.</summary>
    public int UsualDimensions() => Rows.ToArray().OfType<VectorRow>().CountBy(row => row.Values.Length)
        .OrderByDescending(dimensions => dimensions.Value).FirstOrDefault().Key;

    /// <param name="had">What the agent had here before; null for nothing.</param>
    public IndexedVectors Put(AgentVectors of, IndexedVectors? had)
    {
        // No caller may have more; whatever else stored them may.
        var vectors = of.Vectors.Take(MeaningSearch.MostVectors).ToList();
        var numbers = new int[vectors.Count];
        foreach (var (i, vector) in vectors.Index())
        {
            if (!known.TryGetValue(vector.Text, out numbers[i]))
            {
                numbers[i] = rowCount;
                known[vector.Text] = rowCount;
                rows = With(rows, rowCount, new VectorRow(vector.Text, vector.Values));
                rowCount++;
            }
        }

        // Of equal values, those of the rows are held.
        var shared = vectors.Select((vector, i) => vector with { Values = rows[numbers[i]]!.Values });
        var place = had?.Place ?? (free.TryPop(out var left) ? left : agentCount);
        var added = new IndexedVectors(of with { Vectors = [.. shared] }, numbers, place);
        foreach (var row in numbers.Except(had?.Rows ?? []))
        {
            rows[row]!.Enter(place);
        }

        agents = With(agents, place, added);
        agentCount = Math.Max(agentCount, place + 1);
        Leave(had, added);
        return added;
    }

    public void Remove(IndexedVectors agent)
    {
        agents[agent.Place] = null;
        free.Push(agent.Place);
        Leave(agent, null);
    }

    private void Leave(IndexedVectors? had, IndexedVectors? has)
    {
        foreach (var row in (had?.Rows ?? []).Except(has?.Rows ?? []))
        {
            var left = rows[row]!;
            left.Leave(place => agents[place]?.Rows.Contains(row) == true);
            if (left.Users == 0)
            {
                known.Remove(left.Text);
                rows[row] = null;
                gone++;
            }
        }
    }

    private static T[] With<T>(T[] items, int at, T item)
    {
        if (at == items.Length)
        {
            Array.Resize(ref items, Math.Max(4, at + (at / 2)));
        }

        items[at] = item;
        return items;
    }

    private static ReadOnlySpan<T> Part<T>(T[] items, int count) => items.AsSpan(0, Math.Min(items.Length, count));
}
