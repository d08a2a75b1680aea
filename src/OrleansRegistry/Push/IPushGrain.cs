using Orleans.Concurrency;

namespace OrleansRegistry.Push;

/// <summary>Delivers what happens to one task to its webhooks; its key is the task's. Keeps nothing: how far it is is in the task's head.</summary>
[Alias("registry.IPushGrain")]
internal interface IPushGrain : IGrainWithStringKey
{
    /// <summary>
    /// There may be something to deliver, or a webhook was changed. May get lost: upkeep calls again while <see cref="TaskHead.PushDue"/> is over.
    /// </summary>
    [Alias("Wake"), OneWay, AlwaysInterleave]
    Task Wake();
}
