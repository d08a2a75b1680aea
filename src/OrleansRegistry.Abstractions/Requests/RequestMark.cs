namespace OrleansRegistry;

/// <summary>
/// A request that was carried out, kept with what it changed and written by the same write: sent again, it is answered and not carried out again.
/// </summary>
/// <param name="Key">Of <see cref="RequestMarks.KeyOf"/>: who sent it, and by which key.</param>
/// <param name="Print">What was asked for: see <see cref="RequestPrint"/>.</param>
/// <param name="At">When it was carried out.</param>
/// <param name="Result">What it made: a generation, or a number or count where the request has such a result.</param>
[GenerateSerializer, Immutable, Alias("registry.RequestMark")]
internal sealed record RequestMark([property: Id(0)] string Key, [property: Id(1)] string Print, [property: Id(2)] DateTimeOffset At, [property: Id(3)] long Result)
{
    /// <summary>Members of the stored mark that a newer version wrote, carried through changes; empty where there are none.</summary>
    [Id(31)]
    public RawJson Unknown { get; init; }
}
