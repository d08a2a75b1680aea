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

    public static SortKey Of(AgentEntry entry, AgentSortKey by) => by switch
    {
        AgentSortKey.Name => new SortKey(0, SearchText.NameIn(entry.SearchText), entry.Record.Id),
        AgentSortKey.Updated => new SortKey(entry.Record.UpdatedAt.UtcTicks, default, entry.Record.Id),
        AgentSortKey.Registered => new SortKey(entry.Record.CreatedAt.UtcTicks, default, entry.Record.Id),
        _ => new SortKey(0, default, entry.Record.Id),
    };
}
