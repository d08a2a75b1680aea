namespace OrleansRegistry.Trust.Keys;

/// <summary>A secret of the settings that was taken back, or rotated away: no start brings it back. Named by its hash.</summary>
internal sealed record RetiredKey(DateTimeOffset At)
{
    public static TrustType<RetiredKey> Type { get; } = new(
        "retiredkey", static (json, key) => json.WriteString("at"u8, key.At), static key => new RetiredKey(key.Time("at")));

    public static string IdOf(byte[] hash) => Convert.ToHexStringLower(hash);
}
