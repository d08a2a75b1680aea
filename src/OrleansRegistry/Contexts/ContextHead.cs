namespace OrleansRegistry.Contexts;

/// <summary>One context as it is stored: all but the pages of its messages. Immutable.</summary>
/// <param name="Context">What callers see of it.</param>
/// <param name="Messages">Its own messages, each as a <see cref="MessageItem"/>.</param>
/// <param name="Swept">The pages of cleared messages up to this number are deleted.</param>
/// <param name="Deleting">It is being deleted, and nobody sees it any more.</param>
[GenerateSerializer, Immutable, Alias("registry.ContextHead")]
internal sealed record ContextHead(
    [property: Id(0)] ContextRecord Context,
    [property: Id(1)] LogHead Messages,
    [property: Id(2)] long Swept = 0,
    [property: Id(3)] bool Deleting = false)
{
    /// <summary>The newest requests that named themselves.</summary>
    [Id(30)]
    public IReadOnlyList<RequestMark> Requests { get; init; } = [];

    /// <inheritdoc cref="UnknownMembers"/>
    [Id(31)]
    public UnknownMembers Unknown { get; init; }
}
