namespace OrleansRegistry.Objects.Cloud;

internal static class RangeHeader
{
    /// <summary>The header that asks for a part of an object.</summary>
    public static string Of(long from, long? count) =>
        count is { } some && some <= long.MaxValue - from ? $"bytes={from}-{from + some - 1}" : $"bytes={from}-";
}
