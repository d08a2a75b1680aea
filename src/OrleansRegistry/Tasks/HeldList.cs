using System.Text;

namespace OrleansRegistry.Tasks;

/// <summary>The tasks of a list that its reader has not come to, in their order when its first page was read. Ids lie in one array.</summary>
/// <param name="Binding">Whose list it is, and by which query.</param>
/// <param name="Subject">Whose list it is.</param>
/// <param name="Ids">All ids, one after the other.</param>
/// <param name="Ends">Where each id ends.</param>
/// <param name="Times">The time of each task's status then, in milliseconds since 1970.</param>
/// <param name="IsCut">There were more than are held.</param>
[GenerateSerializer, Immutable, Alias("registry.HeldList")]
internal sealed record HeldList(
    [property: Id(0)] string Binding,
    [property: Id(1)] string Subject,
    [property: Id(2)] byte[] Ids,
    [property: Id(3)] int[] Ends,
    [property: Id(4)] long[] Times,
    [property: Id(5)] bool IsCut)
{
    private const int Overhead = 1024;

    public int Count => Ends.Length;

    /// <summary>What it takes of memory, about.</summary>
    public long Bytes => Overhead + Ids.Length + (Ends.Length * sizeof(int)) + (Times.Length * sizeof(long)) + (Binding.Length * sizeof(char));

    public static HeldList Of(string binding, string subject, IReadOnlyList<RecordPosition> left, bool isCut)
    {
        var ids = new byte[left.Sum(place => Encoding.UTF8.GetByteCount(place.Key.Id))];
        var ends = new int[left.Count];
        var times = new long[left.Count];
        var end = 0;
        for (var i = 0; i < ends.Length; i++)
        {
            end += Encoding.UTF8.GetBytes(left[i].Key.Id, ids.AsSpan(end));
            ends[i] = end;
            times[i] = left[i].At.ToUnixTimeMilliseconds();
        }

        return new HeldList(binding, subject, ids, ends, times, isCut);
    }

    /// <summary>The tasks from that place on; none beyond the end.</summary>
    public HeldRun Read(int from, int count)
    {
        var first = Math.Clamp(from, 0, Count);
        var tasks = new HeldTask[Math.Clamp(count, 0, Count - first)];
        for (var i = 0; i < tasks.Length; i++)
        {
            var at = first + i;
            var begin = at == 0 ? 0 : Ends[at - 1];
            tasks[i] = new HeldTask(Encoding.UTF8.GetString(Ids.AsSpan(begin, Ends[at] - begin)), Times[at]);
        }

        return new HeldRun(tasks, first + tasks.Length == Count, IsCut);
    }
}

/// <param name="At">The time of its status when the list was made, in milliseconds since 1970.</param>
[GenerateSerializer, Immutable, Alias("registry.HeldTask")]
internal readonly record struct HeldTask([property: Id(0)] string Id, [property: Id(1)] long At);

/// <param name="IsEnd">There are no more in the list.</param>
/// <param name="IsCut">The list did not hold all that there were.</param>
[GenerateSerializer, Immutable, Alias("registry.HeldRun")]
internal sealed record HeldRun([property: Id(0)] IReadOnlyList<HeldTask> Tasks, [property: Id(1)] bool IsEnd, [property: Id(2)] bool IsCut);
