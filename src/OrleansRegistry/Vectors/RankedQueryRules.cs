namespace OrleansRegistry.Vectors;

/// <summary>Which queries can be ranked, and by what they are.</summary>
internal static class RankedQueryRules
{
    /// <param name="embeds">Whether the registry finds out what texts mean.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: its parts do not go together.</exception>
    public static void Check(AgentQuery query, bool embeds)
    {
        var hasWords = !string.IsNullOrEmpty(query.Words);
        if (query.Vector is { } vector)
        {
            Check(query, vector, hasWords);
        }
        else if (!hasWords && query.Search is not null)
        {
            throw RegistryException.Invalid("search", "says what q is ranked by, and q is not given");
        }
        else if (!embeds && query.Search is not (null or AgentSearchMode.Text))
        {
            throw RegistryException.Invalid(
                "search", $"is {query.Search.Value.ToName()}, and this registry finds agents by words alone (REGISTRY_EMBEDDINGS): ask for text");
        }

        if (query.Threshold is { } threshold && (ModeOf(query, embeds) != AgentSearchMode.Vector || threshold is not (>= -1 and <= 1)))
        {
            throw RegistryException.Invalid("threshold", "is of search=vector alone, and a number from -1 to 1");
        }
    }

    /// <summary>What a query with words or a vector asks to be ranked by.</summary>
    public static AgentSearchMode ModeOf(AgentQuery query, bool embeds)
    {
        var hasWords = !string.IsNullOrEmpty(query.Words);
        return query.Search ?? (query.Vector is not null
            ? hasWords ? AgentSearchMode.Hybrid : AgentSearchMode.Vector
            : embeds && hasWords ? AgentSearchMode.Hybrid : AgentSearchMode.Text);
    }

    private static void Check(AgentQuery query, AgentQueryVector vector, bool hasWords)
    {
        if (vector.Values.Length is 0 or > AgentVector.MaxDimensions)
        {
            throw RegistryException.Invalid("vector", $"has {vector.Values.Length:N0} numbers; a vector has 1 to {AgentVector.MaxDimensions:N0}");
        }

        GivenVectorRules.CheckValues(vector.Values.Span, "vector");
        if (vector.Model is not null)
        {
            GivenVectorRules.CheckModel(vector.Model, "model");
        }

        if (query.Search == AgentSearchMode.Text)
        {
            throw RegistryException.Invalid("search", "is text, which ranks by words alone: leave it out, or the vector");
        }

        if (query.Search == AgentSearchMode.Hybrid && !hasWords)
        {
            throw RegistryException.Invalid("search", "is hybrid, which ranks by words too, and q is not given");
        }

        if (query.Sort is { By: not AgentSortKey.Relevance })
        {
            throw RegistryException.Invalid("sort", "must be relevance, or left out: a vector finds what is near, and ranks by that");
        }
    }
}
