namespace OrleansRegistry;

/// <summary>The rules for tenants, subjects, ids of agents, tasks and contexts, and idempotency keys.</summary>
internal static class Identifiers
{
    /// <summary>
    /// The longest id, subject or idempotency key, in UTF-16 code units: what every supported grain storage provider accepts as a key.
    /// </summary>
    public const int MaxLength = 256;

    /// <summary>The name of an idempotency key in errors: the header that carries it.</summary>
    public const string KeyField = "Idempotency-Key";

    private const int MaxTenantLength = 64;

    /// <summary>Checks the parts of a caller.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: its tenant, subject or idempotency key is not valid.</exception>
    public static void CheckCaller(Caller caller)
    {
        CheckTenant(caller.Tenant);
        CheckId(caller.Subject, "subject");
        CheckKey(caller.IdempotencyKey);
    }

    /// <summary>Whether <see cref="CheckCaller"/> has nothing against it.</summary>
    public static bool IsCaller(Caller caller)
    {
        try
        {
            CheckCaller(caller);
            return true;
        }
        catch (RegistryException)
        {
            return false;
        }
    }

    /// <summary>Checks an idempotency key. Null is valid.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>.</exception>
    public static void CheckKey(string? key)
    {
        if (key is not null)
        {
            CheckId(key, KeyField);
        }
    }

    /// <summary>
    /// Checks an id: 1 to <see cref="MaxLength"/> UTF-16 code units, any of Unicode but control characters, and neither <c>.</c> nor <c>..</c>.
    /// </summary>
    public static void CheckId(string id, string field = "agent_id")
    {
        if (string.IsNullOrWhiteSpace(id))
        {
            throw RegistryException.Invalid(field, "must not be empty");
        }

        if (id.Length > MaxLength)
        {
            throw RegistryException.Invalid(field, $"has {id.Length:N0} characters; an id has up to {MaxLength}");
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
