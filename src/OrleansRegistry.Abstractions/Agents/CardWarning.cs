namespace OrleansRegistry;

/// <summary>A recommendation for a valid agent card.</summary>
/// <param name="Field">A path within the card, such as <c>skills[0].tags</c>.</param>
/// <param name="Message">What to improve.</param>
[GenerateSerializer, Immutable, Alias("registry.CardWarning")]
public sealed record CardWarning([property: Id(0)] string Field, [property: Id(1)] string Message);
