namespace OrleansRegistry;

/// <summary>
/// Domains that callers prove to be theirs: a text that the registry chose is to be in their DNS, or in a file that they serve. A proof is of one
/// subject of one tenant, and counts for nobody else.
/// </summary>
public interface IDomains
{
    /// <summary>Begins to prove a domain: answers what to put where. Where that was begun already, and has not ended, it stays as it is.</summary>
    /// <param name="domain">Such as <c>agents.example</c>: two labels or more, in ASCII or not; it comes back in lower case and ASCII.</param>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Invalid"/>: it is no domain; <see cref="RegistryError.Conflict"/>: the subject has <see cref="DomainProof.MostOfSubject"/>,
    /// or the tenant <see cref="DomainProof.MostOfTenant"/>.
    /// </exception>
    Task<DomainProof> BeginAsync(Caller caller, string domain, CancellationToken cancellationToken = default);

    /// <summary>The caller's own, in the order of their names.</summary>
    Task<IReadOnlyList<DomainProof>> ListAsync(Caller caller, CancellationToken cancellationToken = default);

    /// <summary>Looks now whether the token is there. The answer says what came of it, also where it is not.</summary>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.NotFound"/>: it was not begun; <see cref="RegistryError.Conflict"/>: its token has ended, and it is to be begun again;
    /// <see cref="RegistryError.Busy"/>: it was looked at a moment ago.
    /// </exception>
    Task<DomainProof> VerifyAsync(Caller caller, string domain, CancellationToken cancellationToken = default);

    /// <summary>Removes a domain: it counts no more.</summary>
    /// <returns>False where there was none.</returns>
    Task<bool> RemoveAsync(Caller caller, string domain, CancellationToken cancellationToken = default);
}
