namespace OrleansRegistry.Instances;

/// <summary>An instance to be registered, checked but for what its agent's grain alone knows.</summary>
/// <param name="Instance">Without times, and with a lease that says the time and whether it is ephemeral; null for none.</param>
/// <param name="Subject">Who asks for it.</param>
[GenerateSerializer, Immutable, Alias("registry.InstancePut")]
internal sealed record InstancePut(
    [property: Id(0)] AgentInstance Instance, [property: Id(1)] WriteCondition Condition, [property: Id(2)] string Subject);

/// <summary>An instance to be removed.</summary>
/// <param name="Subject">Who asks for it.</param>
[GenerateSerializer, Immutable, Alias("registry.InstanceRemoval")]
internal sealed record InstanceRemoval(
    [property: Id(0)] string Name, [property: Id(1)] WriteCondition Condition, [property: Id(2)] string Subject);

/// <summary>What became of an instance.</summary>
/// <param name="Since">Of the lease that was judged: where the instance has another, or none, the verdict is void.</param>
/// <param name="Health">What it is to become; an ephemeral one that is expired is removed.</param>
[GenerateSerializer, Immutable, Alias("registry.InstanceVerdict")]
internal sealed record InstanceVerdict(
    [property: Id(0)] string Name, [property: Id(1)] DateTimeOffset Since, [property: Id(2)] AgentHealth Health);

/// <summary>What became of verdicts.</summary>
/// <param name="Agent">As it was written, or already was; null where there is no such agent.</param>
/// <param name="Void">Instances whose verdicts were void.</param>
[GenerateSerializer, Immutable, Alias("registry.InstancesJudged")]
internal sealed record InstancesJudged([property: Id(0)] AgentRecord? Agent, [property: Id(1)] IReadOnlyList<string> Void);
