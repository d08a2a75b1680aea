namespace OrleansRegistry.Trust.Signatures;

/// <summary>For which agent a card was judged, by what a node knew of it: its grain sees whether it is that one still.</summary>
/// <param name="Owner">Of the agent once it has the card.</param>
/// <param name="IsKept">Nothing was demanded of the card, as the agent has it, or as the same request was carried out before.</param>
[GenerateSerializer, Immutable, Alias("registry.CardJudgement")]
internal sealed record CardJudgement([property: Id(0)] string? Owner, [property: Id(1)] bool IsKept)
{
    public bool Holds(string? owner, bool isSameCard) => IsKept ? isSameCard : Owner == owner;
}
