namespace OrleansRegistry.Model;

/// <summary>On whose behalf a call is made. The gateway makes it in one place; a co-hosted caller makes its own.</summary>
/// <param name="Tenant">Whose agents, tasks and contexts the call is about: 1 to 64 letters, digits, <c>-</c>, <c>_</c> and <c>.</c>.</param>
[GenerateSerializer, Immutable, Alias("Caller")]
public sealed record Caller([property: Id(0)] string Tenant)
{
    /// <summary>The one tenant of a registry that has no others.</summary>
    public static Caller Default { get; } = new("default");
}
