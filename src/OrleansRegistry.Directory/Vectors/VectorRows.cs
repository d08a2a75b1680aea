namespace OrleansRegistry.Directory;

/// <summary>An agent with the numbers of its vectors.</summary>
/// <param name="Number">Its place among the agents.</param>
internal sealed record IndexedVectors(AgentVectors Of, int[] Rows, int Number);

/// <summary>
/// The vectors of one tenant, equal ones once, and the agents that have them. A changed agent takes a new place. One writer; readers take no locks, and
/// see what was there when they came.
/// </summary>
internal sealed class VectorRows
{
    private readonly Dictionary<TextHash, int> known = [];
    private readonly List<int> users = [];
    private volatile float[]?[] rows = [];
    private volatile IndexedVectors?[] agents = [];
    private volatile int rowCount;
    private volatile int agentCount;

    /// <summary>How many there are, those that are gone included.</summary>
    public int Count => rowCount;

    /// <summary>How many vectors, and places of agents, are gone.</summary>
    public int Gone { get; private set; }

    /// <summary>By their numbers; null for those that are gone.</summary>
    public ReadOnlySpan<float[]?> Rows => Part(rows, rowCount);

    /// <summary>Null for those that are gone.</summary>
    public ReadOnlySpan<IndexedVectors?> Agents => Part(agents, agentCount);

    /// <summary>The vector of a text that some agent has; null where none does.</summary>
    public float[]? Find(TextHash text) => known.TryGetValue(text, out var row) ? rows[row] : null;

    public IndexedVectors Add(AgentVectors of)
    {
        var numbers = new int[of.Vectors.Count];
        foreach (var (i, vector) in of.Vectors.Index())
        {
            if (!known.TryGetValue(vector.Text, out numbers[i]))
            {
                numbers[i] = rowCount;
                known[vector.Text] = rowCount;
                users.Add(0);
                rows = With(rows, rowCount, vector.Values);
                rowCount++;
            }

            users[numbers[i]]++;
        }

        // Of equal values, those of the rows are held.
        var shared = of.Vectors.Select((vector, i) => vector with { Values = rows[numbers[i]]! });
        var added = new IndexedVectors(of with { Vectors = [.. shared] }, numbers, agentCount);
        agents = With(agents, agentCount, added);
        agentCount++;
        return added;
    }

    public void Remove(IndexedVectors agent)
    {
        agents[agent.Number] = null;
        Gone++;
        foreach (var (i, row) in agent.Rows.Index())
        {
            if (--users[row] == 0)
            {
                known.Remove(agent.Of.Vectors[i].Text);
                rows[row] = null;
                Gone++;
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
