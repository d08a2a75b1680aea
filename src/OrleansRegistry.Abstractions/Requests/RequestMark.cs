namespace OrleansRegistry;

/// <summary>
/// A request that was carried out, stored with the object it changed by the same write, so that a repetition is answered and not carried out again.
/// </summary>
/// <param name="Key">Sender and idempotency key, as <c>RequestMarks.KeyOf</c> combines them.</param>
/// <param name="Print">A hash of the request's content, of <c>RequestFingerprint</c>.</param>
/// <param name="At">When it was carried out.</param>
/// <param name="Result">The result: a generation, or the number or count that the request returns.</param>
[GenerateSerializer, Immutable, Alias("registry.RequestMark")]
internal sealed record RequestMark(
    [property: Id(0)] string Key,
    [property: Id(1)] string Print,
    [property: Id(2)] DateTimeOffset At,
    [property: Id(3)] long Result)
{
    /// <summary>Members of the stored mark that a newer version wrote, preserved by changes; empty when there are none.</summary>
    [Id(31)]
    public RawJson Unknown { get; init; }
}
