namespace OrleansRegistry;

/// <summary>What a registry's settings ask of the cards of all tenants.</summary>
/// <param name="Signature">A valid signature (<see cref="AgentRecord.Signature"/>).</param>
/// <param name="Domain">Proved domains (<see cref="AgentRecord.DomainVerified"/>).</param>
public sealed record CardDemands(bool Signature, bool Domain);
