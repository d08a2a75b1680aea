namespace OrleansRegistry;

/// <summary>How many processes answer requests of this registry: each takes its part of what is limited for all of them together.</summary>
internal interface IServingReplicas
{
    /// <summary>At least 1; changes while processes come and go.</summary>
    int Count { get; }
}
