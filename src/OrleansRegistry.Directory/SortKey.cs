using System.Runtime.InteropServices;
using System.Text;

namespace OrleansRegistry.Directory;

/// <summary>What an agent is ordered by.</summary>
/// <param name="Number">Where the order is by a number or time, which decides first.</param>
/// <param name="Name">Where it is by the name: in lower case, composed, in UTF-8.</param>
/// <param name="Id">Decides where all else is equal.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SortKey(long Number, ReadOnlyMemory<byte> Name, string Id)
{
    /// <summary><see cref="Name"/> as text.</summary>
    public string Text => Encoding.UTF8.GetString(Name.Span);

    /// <param name="activities">What is known of agents' tasks; null where nothing is.</param>
    public static SortKey Of(AgentEntry entry, AgentSortKey by, IAgentActivities? activities) => by switch
    {
        AgentSortKey.Name => new SortKey(0, SearchText.NameIn(entry.SearchText), entry.Record.Id),
        AgentSortKey.Updated => new SortKey(entry.Record.UpdatedAt.UtcTicks, default, entry.Record.Id),
        AgentSortKey.Registered => new SortKey(entry.Record.CreatedAt.UtcTicks, default, entry.Record.Id),
        AgentSortKey.Popularity or AgentSortKey.Success or AgentSortKey.Load =>
            new SortKey(NumberOf(activities?.Of(entry.Record.Tenant, entry.Record.Id), by), default, entry.Record.Id),
        _ => new SortKey(0, default, entry.Record.Id),
    };

    private static long NumberOf(AgentActivity? activity, AgentSortKey by) => by switch
    {
        AgentSortKey.Popularity => activity is null ? 0 : activity.OpenTasks + (long)activity.LastDay.Completed + activity.LastDay.Failed,
        AgentSortKey.Success => activity?.LastDay.SuccessRate is { } rate ? (long)(rate * 1_000_000) : -1,
        _ => activity?.OpenTasks ?? 0,
    };
}
