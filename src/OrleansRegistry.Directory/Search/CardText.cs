namespace OrleansRegistry.Directory;

/// <summary>What ranked search looks in, of one card, each piece with how much it says about the agent.</summary>
internal static class CardText
{
    public const float NameWeight = 3f;
    public const float SkillNameWeight = 2f;
    public const float TagWeight = 2f;
    public const float ProviderWeight = 1f;
    public const float DescriptionWeight = 1.5f;
    public const float SkillWeight = 1f;
    public const float ExampleWeight = 1f;

    /// <summary>The texts of a card, and its id where it is called otherwise.</summary>
    public static IEnumerable<(string Text, float Weight)> Of(AgentCard card, string id)
    {
        yield return (card.Name, NameWeight);
        if (id != card.Name)
        {
            yield return (id, NameWeight);
        }

        if (card.Description is { } description)
        {
            yield return (description, DescriptionWeight);
        }

        foreach (var provider in card.Providers)
        {
            yield return (provider, ProviderWeight);
        }

        foreach (var tag in card.Tags.Concat(card.Categories))
        {
            yield return (tag, TagWeight);
        }

        foreach (var skill in card.Skills)
        {
            yield return (skill.Name ?? skill.Id ?? "", SkillNameWeight);
            if (skill.Id is not null && skill.Name is not null)
            {
                yield return (skill.Id, SkillWeight);
            }

            yield return (skill.Description ?? "", SkillWeight);
            foreach (var example in skill.Examples)
            {
                yield return (example, ExampleWeight);
            }
        }
    }
}
