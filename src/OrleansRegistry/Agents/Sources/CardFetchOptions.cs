using OrleansRegistry.Outbound;

namespace OrleansRegistry.Agents.Sources;

/// <summary>How the cards of agents are fetched that are registered by URL.</summary>
public sealed record CardFetchOptions
{
    /// <summary>Whether they are fetched (<c>CARD_FETCH_ENABLED</c>).</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Whether this process fetches them anew as often as they are to be (<c>CARD_REFRESH_ENABLED</c>).</summary>
    public bool Refresh { get; init; } = true;

    /// <summary>How long a fetch may take, with its redirects (<c>CARD_FETCH_TIMEOUT_SECONDS</c>).</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many cards this process fetches at once of those that are due (<c>CARD_FETCH_MAX_CONCURRENT</c>).</summary>
    public int MaxConcurrent { get; init; } = 16;

    /// <summary>Networks and addresses beside the public ones where cards may be (<c>CARD_FETCH_ALLOWED_NETWORKS</c>).</summary>
    public IReadOnlyList<string> AllowedNetworks { get; init; } = [];

    internal OutboundAddresses Addresses => OutboundAddresses.Of(AllowedNetworks);
}
