using System.Runtime.InteropServices;

namespace OrleansRegistry;

/// <summary>What agents are ordered by.</summary>
public enum AgentSortKey
{
    /// <summary>The id, in ordinal order.</summary>
    Id,

    /// <summary>How well an agent fits <see cref="AgentQuery.Words"/>, the best first.</summary>
    Relevance,

    /// <summary>The card's name, in any case.</summary>
    Name,

    /// <summary>When the agent was last changed.</summary>
    Updated,

    /// <summary>When the agent was first registered.</summary>
    Registered,

    /// <summary>How many tasks of the agent are open or ended in the last day (<see cref="AgentRecord.Activity"/>).</summary>
    Popularity,

    /// <summary>How many of the agent's tasks that ended in the last day went well; agents that had none are below all others.</summary>
    Success,

    /// <summary>How many open tasks the agent has.</summary>
    Load,
}

/// <summary>The order of a list. Agents that are equal in it come by their ids.</summary>
/// <param name="By">What they are ordered by.</param>
/// <param name="IsDescending">The largest first, or the newest.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct AgentSort(AgentSortKey By, bool IsDescending = false)
{
    private static readonly (AgentSortKey Key, string Name)[] Names =
        [.. Enum.GetValues<AgentSortKey>().Select(key => (key, key.ToString().ToLowerInvariant()))];

    /// <summary>All names, for messages.</summary>
    internal static string AllNames { get; } = string.Join(", ", Names.Select(known => known.Name));

    /// <summary>Reads <c>updated</c>, or with the largest first <c>-updated</c>.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: it is neither.</exception>
    public static AgentSort Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var isDescending = text.StartsWith('-');
        var name = isDescending ? text[1..] : text;
        foreach (var (key, known) in Names)
        {
            if (known == name && !(isDescending && key == AgentSortKey.Relevance))
            {
                return new AgentSort(key, isDescending);
            }
        }

        throw RegistryException.Invalid("sort", $"must be one of {AllNames}, with - before it for the largest first (not relevance), not '{text}'");
    }

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public override string ToString() => (IsDescending ? "-" : "") + By.ToString().ToLowerInvariant();
}
