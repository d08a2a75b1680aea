namespace OrleansRegistry.Model;

/// <summary>What this registry accepts as an agent.</summary>
/// <param name="Strict">Refuse a card for anything that would otherwise be a warning.</param>
/// <param name="MaxCardBytes">The largest card, in bytes.</param>
public sealed record AgentRules(bool Strict = false, int MaxCardBytes = 256 * 1024)
{
    /// <summary>The longest agent id, in UTF-16 code units: what every grain storage provider can hold as a key.</summary>
    public const int MaxIdLength = 256;

    private const int MaxTenantLength = 64;

    /// <summary>Reads and checks a card.</summary>
    /// <exception cref="RegistryException">It is refused: its field and the rule are named.</exception>
    public (RawJson Bytes, AgentCard Card) Check(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > MaxCardBytes)
        {
            throw new RegistryException(
                RegistryError.TooLarge,
                $"agent_card: has {utf8.Length:N0} bytes; this registry takes up to {MaxCardBytes:N0}",
                "agent_card");
        }

        using var document = JsonInput.Parse(utf8, "agent_card");
        var card = AgentCard.Read(document.RootElement);
        if (Strict && card.Warnings.Count > 0)
        {
            var all = string.Join("; ", card.Warnings.Take(10).Select(warning => $"{warning.Field}: {warning.Message}"));
            throw new RegistryException(RegistryError.Invalid, $"{all} (this registry is strict about cards)", card.Warnings[0].Field);
        }

        return (RawJson.FromValid(utf8.Span), card);
    }

    /// <summary>Checks an agent id: 1 to <see cref="MaxIdLength"/> characters, any of Unicode but control characters.</summary>
    public static void CheckId(string id, string field = "agent_id")
    {
        if (string.IsNullOrWhiteSpace(id))
        {
            throw RegistryException.Invalid(field, "must not be empty");
        }

        if (id.Length > MaxIdLength)
        {
            throw RegistryException.Invalid(field, $"has {id.Length:N0} characters; an id has up to {MaxIdLength}");
        }

        if (id is "." or "..")
        {
            throw RegistryException.Invalid(field, "must not be '.' or '..': no URL path can hold it");
        }

        for (var i = 0; i < id.Length; i++)
        {
            if (char.IsControl(id[i]))
            {
                throw RegistryException.Invalid(field, $"holds the control character U+{(int)id[i]:X4}");
            }

            if (char.IsSurrogate(id[i]) && !(i + 1 < id.Length && char.IsSurrogatePair(id[i], id[++i])))
            {
                throw RegistryException.Invalid(field, "holds half of a surrogate pair");
            }
        }
    }

    /// <summary>Checks a tenant: it is the first part of every key, so it must not hold a slash.</summary>
    public static void CheckTenant(string tenant)
    {
        if (tenant.Length is 0 or > MaxTenantLength || !tenant.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            throw RegistryException.Invalid("tenant", $"must be 1 to {MaxTenantLength} letters, digits, '-', '_' or '.'");
        }
    }
}
