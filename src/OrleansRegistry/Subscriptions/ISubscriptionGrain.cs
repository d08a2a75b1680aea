namespace OrleansRegistry.Subscriptions;

/// <summary>
/// The one writer of one subscription; its key is <see cref="GrainKeys.For"/>. It also says which of the processes with a directory delivers: a claim that
/// is kept in memory, and renewed every few seconds.
/// </summary>
[Alias("registry.ISubscriptionGrain")]
internal interface ISubscriptionGrain : IGrainWithStringKey
{
    /// <summary>Null where there is none that the caller may see.</summary>
    [Alias("Get")]
    Task<SubscriptionHead?> Get(Caller caller);

    /// <summary>Makes or replaces it. What it says was checked by the caller.</summary>
    [Alias("Save")]
    Task<SubscriptionWritten> Save(Caller caller, SubscriptionPut put);

    [Alias("Delete")]
    Task Delete(Caller caller);

    /// <summary>Asks to deliver, or to go on with it.</summary>
    /// <param name="node">The process that asks.</param>
    /// <param name="holds">It has been told before that it may, and has not stopped.</param>
    /// <returns>The subscription; null where another process delivers, or nobody is to.</returns>
    [Alias("Claim")]
    Task<SubscriptionHead?> Claim(string node, bool holds);

    /// <summary>Notes how far deliveries are.</summary>
    /// <returns>False where the process is not, or no longer, the one that delivers, or not of the subscription as it is.</returns>
    [Alias("Tell")]
    Task<bool> Tell(string node, SubscriptionProgress progress);

    /// <summary>The process delivers no more: the next that asks may.</summary>
    [Alias("Leave")]
    Task Leave(string node);
}

/// <param name="Query">As <see cref="StoredQuery"/> writes it.</param>
/// <param name="Secret">Null: that which it has.</param>
/// <param name="NewSecret">Of a subscription that has none yet.</param>
/// <param name="Batch">Null: as it is.</param>
/// <param name="Since">Where a new one begins; null where it is to begin with all agents, and one that there is too.</param>
[GenerateSerializer, Immutable, Alias("registry.SubscriptionPut")]
internal sealed record SubscriptionPut(
    [property: Id(0)] string Url,
    [property: Id(1)] RawJson Query,
    [property: Id(2)] string? Secret,
    [property: Id(3)] string NewSecret,
    [property: Id(4)] bool? Batch,
    [property: Id(5)] long? Since)
{
    /// <summary>It is made by a request with an idempotency key, from which its id is: where there is one, nothing is changed.</summary>
    [Id(6)]
    public bool IsOnce { get; init; }

    /// <summary>Without what is secret.</summary>
    public override string ToString() => $"a subscription to put, for {Url}";
}

[GenerateSerializer, Immutable, Alias("registry.SubscriptionWritten")]
internal sealed record SubscriptionWritten([property: Id(0)] SubscriptionHead Head, [property: Id(1)] bool Created);

/// <param name="Saves"><see cref="SubscriptionHead.Saves"/> of what was delivered for.</param>
/// <param name="Delivered">As <see cref="SubscriptionHead.Delivered"/>.</param>
/// <param name="Failure">Set where it is given up.</param>
[GenerateSerializer, Immutable, Alias("registry.SubscriptionProgress")]
internal sealed record SubscriptionProgress(
    [property: Id(0)] long Saves, [property: Id(1)] long? Delivered, [property: Id(2)] WebhookFailure? Failure = null);
