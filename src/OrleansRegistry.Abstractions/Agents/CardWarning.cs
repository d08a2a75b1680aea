namespace OrleansRegistry;

/// <summary>What a card could do better. <paramref name="Field"/> is a path within the card, such as <c>skills[0].tags</c>.</summary>
[GenerateSerializer, Immutable, Alias("registry.CardWarning")]
public sealed record CardWarning([property: Id(0)] string Field, [property: Id(1)] string Message);
