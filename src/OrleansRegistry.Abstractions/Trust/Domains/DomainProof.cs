namespace OrleansRegistry;

/// <summary>A domain that a subject proves to be its own.</summary>
/// <param name="Domain">In lower case and ASCII.</param>
/// <param name="Token">The text to be found: 43 letters, digits, <c>-</c> and <c>_</c>. It is no secret, and proves nothing for anybody else.</param>
/// <param name="TokenEnd">Until when it can be proved by this token for the first time.</param>
public sealed record DomainProof(string Domain, DomainState State, string Token, DateTimeOffset TokenEnd)
{
    /// <summary>The most domains of one subject.</summary>
    public const int MostOfSubject = 50;

    /// <summary>The most domains of all subjects of a tenant.</summary>
    public const int MostOfTenant = 5_000;

    /// <summary>What comes before the domain in the name of the TXT record.</summary>
    public const string RecordPrefix = "_a2a-registry-verification.";

    /// <summary>Where the file is, below the domain.</summary>
    public const string FilePath = "/.well-known/a2a-registry-verification";

    /// <summary>The name of the DNS TXT record that may hold the token. Found there, it proves the domain and all below it.</summary>
    public string RecordName => RecordPrefix + Domain;

    /// <summary>The URL of the file that may hold it, on a line of its own. Found there, it proves this very host alone.</summary>
    public string FileUrl => $"https://{Domain}{FilePath}";

    /// <summary>Where the token was found last; null where it never was.</summary>
    public DomainMethod? Method { get; init; }

    /// <summary>When it was found last.</summary>
    public DateTimeOffset? FoundAt { get; init; }

    /// <summary>When it was last looked for and not found; null where it always was.</summary>
    public DateTimeOffset? MissedAt { get; init; }

    /// <summary>Why it was not found then.</summary>
    public string? Reason { get; init; }

    /// <summary>Of one that is <see cref="DomainState.Failing"/>, until when it counts as proved unless it is found again.</summary>
    public DateTimeOffset? HeldUntil { get; init; }

    /// <summary>Whether it counts as proved.</summary>
    public bool IsProved => State is DomainState.Verified or DomainState.Failing;
}
