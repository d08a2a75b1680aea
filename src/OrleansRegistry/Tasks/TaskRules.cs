namespace OrleansRegistry.Tasks;

/// <summary>How large what belongs to tasks and contexts may be, and how long tasks may take.</summary>
/// <param name="MaxMessageBytes">The largest message, artifact, metadata object or feedback, in bytes.</param>
/// <param name="MaxLoadBytes">The most that one answer carries of history and artifacts, and one change of a task brings, in bytes.</param>
/// <param name="MaxAttempts">So many claims in a row that bring no change of a task make it fail; 0: as many as there are.</param>
/// <param name="DefaultDeadline">After how long a new task fails that was given no deadline; null for never.</param>
internal sealed record TaskRules(
    int MaxMessageBytes = 1024 * 1024,
    int MaxLoadBytes = 16 * 1024 * 1024,
    int MaxAttempts = TaskRules.UsualAttempts,
    TimeSpan? DefaultDeadline = null)
{
    /// <summary>The attempts at a task unless configured.</summary>
    public const int UsualAttempts = 5;

    /// <summary>How far ahead a deadline can be.</summary>
    public static readonly TimeSpan MaxDeadline = TimeSpan.FromDays(366);

    /// <summary>How many webhooks a task may have.</summary>
    public const int MaxWebhooks = 32;

    /// <summary>The largest webhook configuration, in bytes: every write of the task carries all of them.</summary>
    public const int MaxWebhookBytes = 8 * 1024;

    /// <summary>How many media types a caller may accept: every write of the task carries all of them.</summary>
    private const int MaxModes = 64;

    private const int MaxModeLength = 256;

    /// <summary>How many messages and artifacts one call may bring.</summary>
    public const int MaxItems = 1_000;

    /// <summary>How many messages and artifacts a whole task may have that is sent at once.</summary>
    public const int MaxWholeItems = 10_000;

    /// <exception cref="RegistryException"><see cref="RegistryError.TooLarge"/>.</exception>
    public void CheckSize(int bytes, string field) => CheckSize(bytes, MaxMessageBytes, field);

    /// <summary>Checks how many messages and artifacts a call brings.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.TooLarge"/>.</exception>
    public static void CheckItems(int count, string field, int most = MaxItems)
    {
        if (count > most)
        {
            throw new RegistryException(
                RegistryError.TooLarge, $"{field}: has {count:N0} messages and artifacts; "
                    + $"this registry takes up to {most:N0} in a call: send them in several", field);
        }
    }

    /// <summary>The deadline of a new task.</summary>
    public DateTimeOffset? DeadlineOf(DateTimeOffset? given, DateTimeOffset now)
    {
        CheckDeadline(given, now);
        return given ?? now + DefaultDeadline;
    }

    /// <exception cref="RegistryException">It is over, or farther ahead than <see cref="MaxDeadline"/>.</exception>
    public static void CheckDeadline(DateTimeOffset? given, DateTimeOffset now)
    {
        if (given <= now)
        {
            throw RegistryException.Invalid(
                "deadline",
                $"is over: it was {given:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}, and now it is {now:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}");
        }

        if (given - now > MaxDeadline)
        {
            throw RegistryException.Invalid("deadline", $"is more than {MaxDeadline.TotalDays} days ahead");
        }
    }

    /// <summary>Checks the media types that a caller accepts. Names that are none, as older clients have them, say what they say.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>.</exception>
    public static void CheckModes(IReadOnlyList<string> modes, string field)
    {
        if (modes.Count > MaxModes)
        {
            throw RegistryException.Invalid(field, $"has {modes.Count:N0} media types; a task has up to {MaxModes}");
        }

        foreach (var (i, mode) in modes.Index())
        {
            if (mode.Length is 0 or > MaxModeLength || !mode.All(c => c is >= ' ' and <= '~'))
            {
                throw RegistryException.Invalid($"{field}[{i}]", $"must be a media type: 1 to {MaxModeLength} printable ASCII characters");
            }
        }
    }

    /// <summary>Merges into a JSON object of a task or context, member by member.</summary>
    /// <param name="before">Empty if there is none yet.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.TooLarge"/>: the result would be.</exception>
    public RawJson Merge(RawJson before, RawJson changes, string field)
    {
        var merged = JsonObjects.Merge(before, changes, field);
        CheckSize(merged.Length, field);
        return merged;
    }

    /// <summary>Reads one JSON object that is kept as it was sent.</summary>
    /// <exception cref="RegistryException">It is too large, or no JSON object.</exception>
    public RawJson ReadObject(ReadOnlyMemory<byte> utf8, string field) => ReadObject(utf8, MaxMessageBytes, field);

    /// <inheritdoc cref="ReadObject(ReadOnlyMemory{byte}, string)"/>
    public static RawJson ReadObject(ReadOnlyMemory<byte> utf8, int maxBytes, string field)
    {
        CheckSize(utf8.Length, maxBytes, field);
        using var document = JsonInput.Parse(utf8, field);
        return document.RootElement.ValueKind == System.Text.Json.JsonValueKind.Object
            ? JsonInput.Copy(document.RootElement)
            : throw RegistryException.Invalid(field, $"must be an object, not {JsonInput.Describe(document.RootElement)}");
    }

    private static void CheckSize(int bytes, int maxBytes, string field)
    {
        if (bytes > maxBytes)
        {
            throw new RegistryException(RegistryError.TooLarge, $"{field}: has {bytes:N0} bytes; this registry takes up to {maxBytes:N0}", field);
        }
    }
}
