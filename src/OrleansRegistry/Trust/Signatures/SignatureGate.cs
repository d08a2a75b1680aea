using OrleansRegistry.Trust.Domains;

namespace OrleansRegistry.Trust.Signatures;

/// <summary>Has the signatures of new cards checked before they are taken, and refuses cards that are not what is asked for.</summary>
internal sealed class SignatureGate(
    CardVerifier verifier,
    CardIssuers issuers,
    CardPolicies policies,
    SignatureOptions options,
    DomainGate domains,
    ExtensionPolicy extensions,
    AgentDirectory directory)
{
    public const string Field = "signatures";

    /// <summary>How long a registration waits for keys.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>What is found of a card's signatures; null where it has none.</summary>
    /// <param name="owner">Of the agent whose card it is to be.</param>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Invalid"/>: it must have a valid one, and has none; or it declares an extension that is not taken, its domain is not proved
    /// and must be, or it is not trusted far enough. <see cref="RegistryError.Unavailable"/>: that cannot be told now.
    /// </exception>
    public async ValueTask<AgentSignature?> JudgeAsync(
        string tenant, string? owner, RawJson card, CancellationToken cancellationToken = default)
    {
        var asked = AskedBy(tenant);
        CheckExtensions(asked.Extensions, card);
        if (asked.Domain)
        {
            domains.Demand(tenant, owner, card);
        }

        var found = await verifier.VerifyAsync(tenant, card, Patience, cancellationToken);
        if (asked.Signature && found?.Verdict != SignatureVerdict.Valid)
        {
            throw AwaitsKeys(tenant, found) ?? RegistryException.Invalid(Field, $"must have a valid one in this registry: {WhyNot(found)}");
        }

        if (asked.Level is { } least)
        {
            var level = directory.Verdicts.OwnersLevel(tenant, owner)
                ?? AgentVerdicts.LevelOf(found?.Verdict == SignatureVerdict.Valid || domains.IsProved(tenant, owner, card));
            if (!TrustLevels.IsAtLeast(level, least))
            {
                throw AwaitsKeys(tenant, found) ?? RegistryException.Invalid(
                    AgentField.TrustLevel.Name,
                    $"would be {level}, and must be {least} or more: sign the card, prove its domains, or have the policy name the owner");
            }
        }

        return found;
    }

    /// <summary>The same for a registration: the agent's grain sees whether it is still the agent for which it was judged.</summary>
    /// <param name="isKept">The agent has the card, or the request was carried out before: nothing is demanded.</param>
    /// <inheritdoc cref="JudgeAsync(string, string?, RawJson, CancellationToken)"/>
    public async ValueTask<CheckedRegistration> JudgeAsync(
        string tenant, string? owner, CheckedRegistration entry, bool isKept, CancellationToken cancellationToken) => entry with
    {
        Signature = isKept
            ? await verifier.VerifyAsync(tenant, entry.Bytes, Patience, cancellationToken)
            : await JudgeAsync(tenant, owner, entry.Bytes, cancellationToken),
        Judgement = JudgementOf(tenant, owner, isKept),
    };

    /// <summary>What an agent's grain is to see of a card that was judged; null where nothing is asked.</summary>
    public CardJudgement? JudgementOf(string tenant, string? owner, bool isKept = false) =>
        AskedBy(tenant).IsAny ? new CardJudgement(owner, isKept) : null;

    /// <summary>The same for a card that is to be patched, as far as this node knows it: the grain sees whether it is the one that was judged.</summary>
    /// <exception cref="RegistryException">As of the other.</exception>
    public async ValueTask<AgentChange> JudgeAsync(string tenant, AgentRecord? agent, AgentChange change, CancellationToken cancellationToken)
    {
        if (change.CardPatch.IsEmpty)
        {
            return change;
        }

        var isAsked = AskedBy(tenant).IsAny;
        if (agent is null)
        {
            return change with { DemandsJudged = isAsked };
        }

        if (!isAsked && !CardVerifier.IsSigned(agent.Card) && !CardVerifier.IsSigned(change.CardPatch))
        {
            return change;
        }

        var card = JsonMerge.Apply(agent.Card, change.CardPatch);
        var isKept = card == agent.Card;
        var found = isKept
            ? await verifier.VerifyAsync(tenant, card, Patience, cancellationToken)
            : await JudgeAsync(tenant, agent.Owner, card, cancellationToken);
        return change with
        {
            Judged = new JudgedCard(card, found),
            DemandsJudged = isAsked,
            Judgement = isAsked ? new CardJudgement(agent.Owner, isKept) : null,
        };
    }

    /// <summary>With when the first of those issuers is asked again whose keys of now are not known: it may be the one.</summary>
    private RegistryException? AwaitsKeys(string tenant, AgentSignature? found) => found is { Verdict: SignatureVerdict.Unknown, AwaitsKeys: true }
        ? new RegistryException(
            RegistryError.Unavailable,
            "The card must have a valid signature, and the keys of an issuer that may have made it cannot be read now.")
        {
            RetryAfter = issuers.Of(tenant).Where(issuer => issuer.IsBehind).Select(issuer => issuer.Wait).DefaultIfEmpty().Min(),
        }
        : null;

    /// <param name="allowed">Null: those that a card requires must be listed by the registry, others may be any.</param>
    private void CheckExtensions(IReadOnlyList<string>? allowed, RawJson card)
    {
        if (allowed is null && extensions.AllowsAll)
        {
            return;
        }

        var declared = AgentCard.Read(card).Extensions;
        if (allowed is not null)
        {
            if (declared.FirstOrDefault(one => !allowed.Contains(one.Uri)) is { } other)
            {
                throw RegistryException.Invalid("capabilities.extensions", $"declares '{other.Uri}', which is not among those that the tenant takes");
            }
        }
        else if (declared.FirstOrDefault(one => one.Required && !extensions.Allows(one.Uri)) is { } required)
        {
            throw RegistryException.Invalid(
                "capabilities.extensions", $"requires '{required.Uri}', which this registry does not list (A2A_REGISTRY_EXTENSION_ALLOWLIST)");
        }
    }

    private Asked AskedBy(string tenant)
    {
        var policy = policies.Find(tenant);
        var least = policy?.MinimumTrustLevel ?? options.MinimumTrustLevel;
        return new Asked(
            options.Required || policy?.RequireSignature == true,
            domains.IsAsked || policy?.RequireDomain == true,
            TrustLevels.IsAtLeast(TrustLevels.Unspecified, least) ? null : least,
            policy?.Extensions,
            !extensions.AllowsAll);
    }

    private static string WhyNot(AgentSignature? found) => found is null
        ? "there is none"
        : string.Join("; ", found.Checks.Select(check => check.KeyId is { } key ? $"of the one by key '{key}', {check.Reason}" : check.Reason));
}

/// <summary>What is asked of new cards of a tenant: by its policy, and else by the settings.</summary>
/// <param name="Level">The least; null: any.</param>
/// <param name="Extensions">Those that may be declared; null: as the settings say.</param>
/// <param name="OfRequired">Whether the settings say something of extensions that cards require.</param>
internal sealed record Asked(bool Signature, bool Domain, string? Level, IReadOnlyList<string>? Extensions, bool OfRequired)
{
    public bool IsAny => Signature || Domain || Level is not null || Extensions is not null || OfRequired;
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
