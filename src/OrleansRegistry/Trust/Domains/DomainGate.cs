namespace OrleansRegistry.Trust.Domains;

/// <summary>Refuses cards of agents whose owner has not proved their domains, where that is asked for.</summary>
internal sealed class DomainGate(DomainRecords domains, DomainOptions options)
{
    public const string Field = "url";

    public bool IsAsked => options.Required;

    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: they are not proved, or the card has no URL.</exception>
    public void Check(string tenant, string? owner, RawJson card)
    {
        if (options.Required && !domains.Prove(tenant, owner, AgentCard.Read(card).Hosts))
        {
            throw RegistryException.Invalid(
                Field, "must be in a domain that the agent's owner has proved, and so must all other URLs of the card's interfaces (POST /domains)");
        }
    }
}
