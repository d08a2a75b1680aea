using System.Text;
using Orleans.Storage;

namespace OrleansRegistry.Storage;

/// <summary>What every store asks of its callers, and how it refuses them.</summary>
internal static class RecordRules
{
    /// <summary>The largest document with its fields, in bytes.</summary>
    public const int MaxBodyBytes = 64 * 1024 * 1024;

    /// <summary>The longest tenant, in bytes of UTF-8.</summary>
    public const int MaxTenantBytes = 1024;

    /// <summary>The longest id, in bytes of UTF-8.</summary>
    public const int MaxIdBytes = 64 * 1024;

    /// <summary>The most records that a list gives at once.</summary>
    public const int MaxLimit = 1_000;

    /// <summary>The most keys that a list gives at once.</summary>
    public const int MaxKeys = 10_000;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The lengths of the key's parts in UTF-8.</summary>
    /// <exception cref="RegistryException">The key is too long, or no valid Unicode.</exception>
    public static (int Tenant, int Id) CheckKey(RecordKind kind, RecordKey key)
    {
        ArgumentNullException.ThrowIfNull(kind);
        return (Utf8Length(key.Tenant, "tenant", MaxTenantBytes), Utf8Length(key.Id, "id", MaxIdBytes));
    }

    /// <exception cref="RegistryException">The body is larger than any store takes.</exception>
    public static void CheckBody(RecordBody body)
    {
        var bytes = (long)body.Document.Length + body.Fields.Length;
        if (bytes > MaxBodyBytes)
        {
            throw new RegistryException(RegistryError.TooLarge, $"The document has {bytes:N0} bytes; a store takes at most {MaxBodyBytes:N0}.");
        }
    }

    /// <exception cref="ArgumentOutOfRangeException">A list of so many is not given.</exception>
    public static void CheckLimit(int limit, int least = 1, int most = MaxLimit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, least);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, most);
    }

    /// <exception cref="ArgumentException">The column is not one that a query of that kind can be grouped by.</exception>
    public static void CheckGroup(RecordQuery query, RecordColumn column, IReadOnlyList<string> values, int first)
    {
        CheckLimit(first, least: 0);
        CheckLimit(values.Count, least: 0);
        if (column.Type != ColumnType.Text || !query.Kind.Columns.Contains(column))
        {
            throw new ArgumentException($"Records of the kind '{query.Kind}' cannot be grouped by '{column}'.", nameof(column));
        }
    }

    public static InconsistentStateException Conflict(RecordKind kind, RecordKey key, long stored, long expected)
    {
        var found = stored == 0 ? "there is no record" : $"it is {stored}";
        var wanted = expected == 0 ? "none" : $"{expected}";
        return new InconsistentStateException(
            $"{kind} '{Shorten(key.Id)}' of tenant '{Shorten(key.Tenant)}': version {wanted} was expected, but {found}.",
            stored == 0 ? "" : stored.ToString(),
            expected == 0 ? "" : expected.ToString());
    }

    /// <summary>For a write that would break a <see cref="RecordKind.Unique"/>.</summary>
    public static RegistryException NotUnique(RecordKind kind, RecordKey key, Exception fault) => new(
        RegistryError.Conflict,
        $"{kind} '{Shorten(key.Id)}' of tenant '{Shorten(key.Tenant)}' has a value that another {kind} has already, "
            + "and that no two may share. Nothing was stored.",
        innerException: fault);

    /// <param name="work">What waits, in the plural.</param>
    public static RegistryException Busy(string description, string work) =>
        new(RegistryError.Busy, $"The {description} has too many {work} waiting. Nothing was stored; try again shortly.")
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        };

    public static RegistryException Stopping(string description) =>
        new(RegistryError.Unavailable, $"The {description} is stopping.") { RetryAfter = TimeSpan.FromSeconds(5) };

    private static int Utf8Length(string value, string field, int max)
    {
        ArgumentNullException.ThrowIfNull(value, field);
        int bytes;
        try
        {
            bytes = Strict.GetByteCount(value);
        }
        catch (EncoderFallbackException lone)
        {
            throw new RegistryException(RegistryError.Invalid, $"{field}: must be valid Unicode ({lone.Message})", field, lone);
        }

        return bytes <= max
            ? bytes
            : throw new RegistryException(RegistryError.TooLarge, $"{field}: has {bytes:N0} bytes; at most {max:N0} are taken.", field);
    }

    public static string Shorten(string text) => text.Length <= 100 ? text : string.Concat(text.AsSpan(0, 100), "…");
}
