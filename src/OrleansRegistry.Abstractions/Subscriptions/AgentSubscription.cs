namespace OrleansRegistry;

/// <summary>Somebody who is told by HTTP requests what happens to the agents of a query.</summary>
public sealed record AgentSubscription
{
    /// <summary>The tenant whose agents it is about.</summary>
    public required string Tenant { get; init; }

    /// <summary>Unique within the tenant. 1 to 256 UTF-16 code units.</summary>
    public required string Id { get; init; }

    /// <summary>The subject that made it, and alone reads, changes and deletes it.</summary>
    public required string Owner { get; init; }

    /// <summary>Where events are sent.</summary>
    public required string Url { get; init; }

    /// <summary>The agents that it is about; its words and page are not set.</summary>
    public required AgentQuery Query { get; init; }

    /// <summary>Whether events that wait are sent together, as a batch of CloudEvents.</summary>
    public bool Batch { get; init; }

    /// <summary>When it was made, in UTC, to the millisecond.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last saved, in UTC, to the millisecond. Deliveries do not count.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>
    /// The registry revision up to which everything has been delivered, as noted at most a second ago; null where it has not all of the agents yet that it is
    /// to begin with.
    /// </summary>
    public long? Delivered { get; init; }

    /// <summary>Why it was given up: nothing more is sent until it is saved again. Null while it goes on.</summary>
    public WebhookFailure? Failure { get; init; }
}

/// <summary>A subscription to make, or to put in the place of one.</summary>
/// <param name="Url">An http or https URL of up to 2,048 characters, without user and password.</param>
/// <param name="Query">The agents that it is about; null for all. Neither ranked nor paged.</param>
public sealed record SubscriptionSave(string Url, AgentQuery? Query = null)
{
    /// <summary>
    /// What requests are signed with: <c>whsec_</c> and 24 to 64 bytes in Base64. Null: that which it has, and one is made for a new subscription. After a
    /// change, requests are signed with the one before too, for a day.
    /// </summary>
    public string? Secret { get; init; }

    /// <summary>Whether events that wait are sent together. Null keeps what it is; a new one gets each by itself.</summary>
    public bool? Batch { get; init; }

    /// <summary>Whether it is to begin, anew, with all agents of the query as they are.</summary>
    public bool Snapshot { get; init; }

    /// <summary>Without what is secret.</summary>
    public override string ToString() => $"a subscription to save, for {Url}";
}

/// <summary>What came of saving a subscription.</summary>
/// <param name="Subscription">As it is stored.</param>
/// <param name="Created">Whether there was none of that id.</param>
/// <param name="Secret">What requests are signed with, where it is new: it is told this once. Else null.</param>
public sealed record SubscriptionSaved(AgentSubscription Subscription, bool Created, string? Secret)
{
    /// <summary>Without what is secret.</summary>
    public override string ToString() => $"{(Created ? "a new" : "a changed")} {Subscription}";
}

/// <summary>A page of subscriptions.</summary>
/// <param name="Subscriptions">The newest first.</param>
/// <param name="NextPageToken">Null on the last page.</param>
public sealed record SubscriptionPage(IReadOnlyList<AgentSubscription> Subscriptions, string? NextPageToken)
{
    /// <summary>The ids of those that cannot be read.</summary>
    public IReadOnlyList<string> Unreadable { get; init; } = [];
}
