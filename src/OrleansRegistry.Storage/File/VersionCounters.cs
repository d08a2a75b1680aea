using System.Runtime.CompilerServices;

namespace OrleansRegistry.Storage.Files;

/// <summary>The highest version given out so far, for each kind of record.</summary>
internal sealed class VersionCounters
{
    public const int Kinds = 16;

    private Values values;

    public long this[RecordKind kind]
    {
        get => values[(int)kind];
        set => values[(int)kind] = value;
    }

    public VersionCounters Copy() => new() { values = values };

    public void CopyFrom(VersionCounters other) => values = other.values;

    /// <summary>Raises each counter to that of <paramref name="other"/> where that one is higher.</summary>
    public void RaiseTo(VersionCounters other)
    {
        for (var kind = 0; kind < Kinds; kind++)
        {
            values[kind] = Math.Max(values[kind], other.values[kind]);
        }
    }

    [InlineArray(Kinds)]
    private struct Values
    {
        private long first;
    }
}
