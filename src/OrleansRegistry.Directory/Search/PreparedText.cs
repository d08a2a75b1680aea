namespace OrleansRegistry.Directory;

/// <summary>A card's tokens, found before the index is locked for the write.</summary>
/// <param name="Of">The generation that the tokens were looked up in.</param>
/// <param name="Tokens">Each once, with how much of it the card has.</param>
/// <param name="Length">The number of all tokens.</param>
/// <param name="Name">As <see cref="TextGeneration.NameOf"/> makes it of the agent's id.</param>
internal sealed record PreparedText(TextGeneration Of, List<(Postings Token, float Weight)> Tokens, int Length, int Name);
