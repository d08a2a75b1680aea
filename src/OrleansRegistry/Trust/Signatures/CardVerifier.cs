using System.Text.Json;

namespace OrleansRegistry.Trust.Signatures;

/// <summary>Checks the signatures of cards. Only keys of issuers that this registry trusts count, wherever a card says that its keys are.</summary>
/// <remarks>Source: A2A 1.0, 8.4; RFC 7515, 5.2.</remarks>
internal sealed class CardVerifier(CardIssuers issuers, [RegistryTime] TimeProvider time)
{
    /// <summary>Keys that are tried for a card, over all its signatures.</summary>
    private const int MostTried = 32;

    /// <summary>Whether a card may have signatures: no more is looked for in most cards. A name can be written with escapes.</summary>
    public static bool IsSigned(RawJson card) =>
        card.Span.IndexOf("\"signatures\""u8) >= 0 || (card.Span.IndexOf("\\u"u8) >= 0 && HasMember(card.Span, "signatures"u8));

    /// <summary>What is found of the card's signatures; null where it has none.</summary>
    /// <param name="patience">How long it waits for keys that are not known yet, or not any more.</param>
    public async ValueTask<AgentSignature?> VerifyAsync(string tenant, RawJson card, TimeSpan patience, CancellationToken cancellationToken = default)
    {
        if (!IsSigned(card))
        {
            return null;
        }

        using var document = JsonDocument.Parse(card.Utf8, JsonInput.Stored);
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty(CardForms.Signatures, out var list) || list.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            return Found([new CardSignatureCheck(SignatureVerdict.Invalid) { Reason = "signatures is not a list" }]);
        }

        if (list.GetArrayLength() == 0)
        {
            return null;
        }

        CardSignature[] signatures = [.. list.EnumerateArray().Take(AgentSignature.MostChecks).Select(CardSignature.Read)];
        await LookForAsync(tenant, signatures, patience, cancellationToken);
        var forms = new CardForms(document.RootElement);
        var checks = new CardSignatureCheck[signatures.Length];
        var awaitsKeys = false;
        var left = MostTried;
        for (var i = 0; i < checks.Length; i++)
        {
            checks[i] = Check(tenant, signatures[i], forms, ref awaitsKeys, ref left);
        }

        return Found(checks) with { AwaitsKeys = awaitsKeys };
    }

    private static bool HasMember(ReadOnlySpan<byte> card, ReadOnlySpan<byte> name)
    {
        var reader = new Utf8JsonReader(card, JsonInput.StoredReader);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals(name))
            {
                return true;
            }
        }

        return false;
    }

    private AgentSignature Found(CardSignatureCheck[] checks)
    {
        var verdict = Array.Exists(checks, check => check.Verdict == SignatureVerdict.Valid) ? SignatureVerdict.Valid
            : Array.Exists(checks, check => check.Verdict == SignatureVerdict.Invalid) ? SignatureVerdict.Invalid
            : SignatureVerdict.Unknown;
        return new AgentSignature(verdict, time.GetUtcMilliseconds(), checks);
    }

    /// <summary>Asks those issuers anew whose keys may be named and are not known.</summary>
    private async ValueTask LookForAsync(string tenant, CardSignature[] signatures, TimeSpan patience, CancellationToken cancellationToken)
    {
        var asked = signatures.Where(signature => signature.Refused is null)
            .Select(signature => IssuersOf(tenant, signature).ToList())
            .Zip(signatures.Where(signature => signature.Refused is null))
            .Where(one => !one.First.Exists(issuer => issuer.Known?.Find(one.Second.KeyId!).Any() == true))
            .SelectMany(one => one.First).Distinct().ToList();
        if (asked.Count > 0)
        {
            var looks = Task.WhenAll(asked.Select(issuer => issuer.LookAsync()));
            await looks.WaitAsync(patience, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private CardSignatureCheck Check(string tenant, CardSignature signature, CardForms forms, ref bool awaitsKeys, ref int left)
    {
        if (signature.Refused is { } refused)
        {
            return refused;
        }

        var candidates = IssuersOf(tenant, signature).ToList();
        if (candidates.Count == 0)
        {
            return signature.Say(
                SignatureVerdict.Unknown,
                signature.KeySetUrl is null
                    ? "this registry trusts no issuer"
                    : "its jku is not below the URL of an issuer that this registry trusts");
        }

        var keys = candidates.SelectMany(issuer => issuer.Known?.Find(signature.KeyId!).Select(key => (issuer, key)) ?? []).ToList();
        if (keys.Count == 0)
        {
            var isBehind = candidates.Exists(issuer => issuer.IsBehind);
            awaitsKeys |= isBehind;
            return signature.Say(
                SignatureVerdict.Unknown,
                isBehind ? "the keys of an issuer that may have made it cannot be read now" : "no issuer that this registry trusts has its key");
        }

        var fitting = keys.FindAll(one => one.key.Serves(signature.Algorithm!));
        if (fitting.Count == 0)
        {
            return signature.Say(SignatureVerdict.Invalid, "its key is for another algorithm") with { Issuer = NameOf(keys[0].issuer) };
        }

        if (fitting.Count > left)
        {
            return signature.Say(SignatureVerdict.Unknown, $"more than {MostTried} keys would have to be tried for this card");
        }

        left -= fitting.Count;
        return Check(signature, forms, fitting);
    }

    private static CardSignatureCheck Check(CardSignature signature, CardForms forms, List<(IssuerKeys Issuer, CardKey Key)> keys)
    {
        try
        {
            foreach (var form in CardForms.All)
            {
                if (!forms.IsNew(form))
                {
                    continue;
                }

                var signed = signature.SignedBytes(forms.Of(form));
                if (keys.Find(one => one.Key.IsRight(signed, signature.Bytes)) is ({ } issuer, _))
                {
                    return signature.Say(SignatureVerdict.Valid, null) with { Issuer = NameOf(issuer), Form = form };
                }
            }

            return signature.Say(SignatureVerdict.Invalid, "it does not fit the card") with { Issuer = NameOf(keys[0].Issuer) };
        }
        catch (FormatException)
        {
            return signature.Say(SignatureVerdict.Invalid, "the card has a number that cannot be signed");
        }
    }

    private IEnumerable<IssuerKeys> IssuersOf(string tenant, CardSignature signature) => signature.KeySetUrl is { } url
        ? issuers.Of(tenant).Where(issuer => issuer.Issuer.Covers(url))
        : issuers.Of(tenant);

    private static string NameOf(IssuerKeys issuer) => issuer.Issuer.Url.OriginalString;
}
