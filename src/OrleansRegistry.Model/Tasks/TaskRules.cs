namespace OrleansRegistry.Model;

/// <summary>How large what belongs to tasks and contexts may be.</summary>
/// <param name="MaxMessageBytes">The largest message, artifact, metadata object, webhook configuration or feedback, in bytes.</param>
/// <param name="MaxLoadBytes">The most that one answer carries of history and artifacts, and one change of a task brings, in bytes.</param>
public sealed record TaskRules(int MaxMessageBytes = 1024 * 1024, int MaxLoadBytes = 16 * 1024 * 1024)
{
    /// <summary>How many webhooks a task may have.</summary>
    public const int MaxWebhooks = 32;

    /// <summary>The longest subject of a caller, and name of a worker, in UTF-16 code units.</summary>
    public const int MaxNameLength = 256;

    /// <exception cref="RegistryException">The caller's tenant or subject is none.</exception>
    public static void CheckCaller(Caller caller)
    {
        AgentRules.CheckTenant(caller.Tenant);
        CheckName(caller.Subject, "subject");
        RequestMarks.CheckKey(caller.IdempotencyKey);
    }

    /// <summary>Checks a name for people or a caller's subject: 1 to <see cref="MaxNameLength"/> characters, any of Unicode but control characters.</summary>
    public static void CheckName(string name, string field) => AgentRules.CheckId(name, field);

    /// <exception cref="RegistryException"><see cref="RegistryError.TooLarge"/>.</exception>
    public void CheckSize(int bytes, string field)
    {
        if (bytes > MaxMessageBytes)
        {
            throw new RegistryException(RegistryError.TooLarge, $"{field}: has {bytes:N0} bytes; this registry takes up to {MaxMessageBytes:N0}", field);
        }
    }

    /// <summary>Reads one JSON object that is kept as it was sent.</summary>
    /// <exception cref="RegistryException">It is too large, or no JSON object.</exception>
    public RawJson ReadObject(ReadOnlyMemory<byte> utf8, string field)
    {
        CheckSize(utf8.Length, field);
        using var document = JsonInput.Parse(utf8, field);
        return document.RootElement.ValueKind == System.Text.Json.JsonValueKind.Object
            ? JsonInput.Copy(document.RootElement)
            : throw RegistryException.Invalid(field, $"must be an object, not {JsonInput.Describe(document.RootElement)}");
    }
}
