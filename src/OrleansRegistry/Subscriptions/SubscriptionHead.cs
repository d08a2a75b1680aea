namespace OrleansRegistry.Subscriptions;

/// <summary>One subscription as it is stored. Immutable.</summary>
[GenerateSerializer, Immutable, Alias("registry.SubscriptionHead")]
internal sealed record SubscriptionHead
{
    [Id(0)]
    public required string Owner { get; init; }

    [Id(1)]
    public required string Url { get; init; }

    /// <summary>As <see cref="StoredQuery"/> writes it.</summary>
    [Id(2)]
    public RawJson Query { get; init; }

    [Id(3)]
    public required string Secret { get; init; }

    /// <summary>The one before, with which requests are signed too until <see cref="SecretBeforeUntil"/>; null for none.</summary>
    [Id(4)]
    public string? SecretBefore { get; init; }

    [Id(5)]
    public DateTimeOffset? SecretBeforeUntil { get; init; }

    [Id(6)]
    public bool Batch { get; init; }

    [Id(7)]
    public DateTimeOffset CreatedAt { get; init; }

    [Id(8)]
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>
    /// Of which save it is: whoever delivers for another number begins anew. Larger with each, also where one of this id was deleted before.
    /// </summary>
    [Id(9)]
    public long Saves { get; init; }

    /// <inheritdoc cref="AgentSubscription.Delivered"/>
    [Id(10)]
    public long? Delivered { get; init; }

    [Id(11)]
    public WebhookFailure? Failure { get; init; }

    /// <inheritdoc cref="UnknownMembers"/>
    [Id(31)]
    public UnknownMembers Unknown { get; init; }

    /// <summary>Nothing of it may be in a log.</summary>
    public override string ToString() => $"subscription of {Owner}";

    public AgentSubscription Shown(string tenant, string id) => new()
    {
        Tenant = tenant,
        Id = id,
        Owner = Owner,
        Url = Url,
        Query = StoredQuery.Read(Query),
        Batch = Batch,
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
        Delivered = Delivered,
        Failure = Failure,
    };
}
