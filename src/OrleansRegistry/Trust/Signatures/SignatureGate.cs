using OrleansRegistry.Trust.Domains;
using OrleansRegistry.Trust.Records;

namespace OrleansRegistry.Trust.Signatures;

/// <summary>Has the signatures of new cards checked before they are taken, and refuses cards that are not what is asked for.</summary>
internal sealed class SignatureGate(CardVerifier verifier, TrustRecords records, SignatureOptions options, DomainGate domains)
{
    public const string Field = "signatures";

    /// <summary>How long a registration waits for keys.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>What is found of a card's signatures; null where it has none.</summary>
    /// <param name="owner">Of the agent whose card it is to be.</param>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Invalid"/>: it must have a valid one, and has none; or it declares an extension that is not taken, or its domain is not
    /// proved and must be. <see cref="RegistryError.Unavailable"/>: that cannot be told now.
    /// </exception>
    public async ValueTask<AgentSignature?> JudgeAsync(
        string tenant, string? owner, RawJson card, CancellationToken cancellationToken = default)
    {
        var policy = PolicyOf(tenant);
        CheckExtensions(policy?.Extensions, card);
        domains.Check(tenant, owner, card);
        var found = await verifier.VerifyAsync(tenant, card, Patience, cancellationToken);
        if ((options.Required || policy?.RequireSignature == true) && found?.Verdict != SignatureVerdict.Valid)
        {
            throw found is { Verdict: SignatureVerdict.Unknown, AwaitsKeys: true }
                ? new RegistryException(
                    RegistryError.Unavailable,
                    "The card must have a valid signature, and the keys of an issuer that may have made it cannot be read now.")
                {
                    RetryAfter = IssuerKeys.Pause,
                }
                : RegistryException.Invalid(Field, $"must have a valid one in this registry: {WhyNot(found)}");
        }

        return found;
    }

    /// <summary>The same for a card that is to be patched, as far as this node knows it: the grain sees whether it is the one that was judged.</summary>
    /// <exception cref="RegistryException">As of the other.</exception>
    public async ValueTask<AgentChange> JudgeAsync(string tenant, AgentRecord? agent, AgentChange change, CancellationToken cancellationToken)
    {
        if (change.CardPatch.IsEmpty)
        {
            return change;
        }

        var isAsked = options.Required || domains.IsAsked
            || (PolicyOf(tenant) is { } policy && (policy.RequireSignature || policy.Extensions is not null));
        if (agent is null)
        {
            return change with { DemandsJudged = isAsked };
        }

        if (!isAsked && !CardVerifier.IsSigned(agent.Card) && !CardVerifier.IsSigned(change.CardPatch))
        {
            return change;
        }

        var card = JsonMerge.Apply(agent.Card, change.CardPatch);
        return change with
        {
            Judged = new JudgedCard(card, await JudgeAsync(tenant, agent.Owner, card, cancellationToken)),
            DemandsJudged = isAsked,
        };
    }

    private static void CheckExtensions(IReadOnlyList<string>? allowed, RawJson card)
    {
        if (allowed is not null && AgentCard.Read(card).Extensions.FirstOrDefault(declared => !allowed.Contains(declared.Uri)) is { } other)
        {
            throw RegistryException.Invalid("capabilities.extensions", $"declares '{other.Uri}', which is not among those that the tenant takes");
        }
    }

    private CardPolicy? PolicyOf(string tenant) => records.Find(TenantIssuers.Policy, tenant, TenantIssuers.PolicyId)?.Value;

    private static string WhyNot(AgentSignature? found) => found is null
        ? "there is none"
        : string.Join("; ", found.Checks.Select(check => check.KeyId is { } key ? $"of the one by key '{key}', {check.Reason}" : check.Reason));
}

/// <summary>A card, and what was found of its signatures.</summary>
[GenerateSerializer, Immutable, Alias("registry.JudgedCard")]
internal sealed record JudgedCard([property: Id(0)] RawJson Card, [property: Id(1)] AgentSignature? Signature);

/// <summary>Which card of an agent was looked at.</summary>
[GenerateSerializer, Immutable, Alias("registry.SignedSubject")]
internal sealed record SignedSubject([property: Id(0)] DateTimeOffset Created, [property: Id(1)] long Version)
{
    public static SignedSubject Of(AgentRecord agent) => new(agent.CreatedAt, agent.VersionNumber);
}
