namespace OrleansRegistry.Trust.Domains;

/// <summary>Tells of cards whether the owner has proved their domains, and refuses those of which it has not.</summary>
internal sealed class DomainGate(DomainRecords domains, DomainOptions options)
{
    public const string Field = "url";

    /// <summary>Whether the settings ask for that.</summary>
    public bool IsAsked => options.Required;

    public bool IsProved(string tenant, string? owner, RawJson card) => domains.Prove(tenant, owner, AgentCard.Read(card).Hosts);

    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: they are not proved, or the card has no URL.</exception>
    public void Demand(string tenant, string? owner, RawJson card)
    {
        if (!IsProved(tenant, owner, card))
        {
            throw RegistryException.Invalid(
                Field, "must be in a domain that the agent's owner has proved, and so must all other URLs of the card's interfaces (POST /domains)");
        }
    }
}
