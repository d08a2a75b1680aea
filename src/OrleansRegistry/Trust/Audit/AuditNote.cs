namespace OrleansRegistry.Trust.Audit;

/// <summary>What an entry is made of, before it has its place in the trail.</summary>
[GenerateSerializer, Immutable, Alias("registry.AuditNote")]
internal sealed record AuditNote(
    [property: Id(0)] string Subject, [property: Id(1)] string Action, [property: Id(2)] string Outcome, [property: Id(3)] string? Object)
{
    [Id(4)]
    public string? Credential { get; init; }

    [Id(5)]
    public string? Address { get; init; }

    [Id(6)]
    public string? Trace { get; init; }

    [Id(7)]
    public bool Late { get; init; }

    [Id(8)]
    public long Skipped { get; init; }

    /// <summary>One of the registry itself.</summary>
    public static AuditNote OfRegistry(string action, string about) => new(AuditActions.Registry, action, AuditEntry.Done, about);
}

/// <summary>Notes that one process writes together.</summary>
/// <param name="Id">Names the batch, so that it is written once, however often it is sent.</param>
/// <param name="MadeAt">When it was sent first, in UTC.</param>
/// <param name="Again">Whether it may have been written before.</param>
[GenerateSerializer, Immutable, Alias("registry.AuditBatch")]
internal sealed record AuditBatch(
    [property: Id(0)] string Id,
    [property: Id(1)] DateTimeOffset MadeAt,
    [property: Id(2)] IReadOnlyList<AuditNote> Notes,
    [property: Id(3)] bool Again)
{
    /// <summary>A new one.</summary>
    public static AuditBatch Of(IReadOnlyList<AuditNote> notes, TimeProvider time) =>
        new(Guid.NewGuid().ToString("N"), time.GetUtcNow(), notes, Again: false);
}
