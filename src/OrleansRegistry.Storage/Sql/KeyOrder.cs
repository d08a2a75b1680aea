namespace OrleansRegistry.Storage;

/// <summary>The order of keys in lists: by tenant, then by id, each by its code points, as PostgreSQL's collation <c>C</c> has it.</summary>
internal static class KeyOrder
{
    public static int Compare(RecordKey left, RecordKey right)
    {
        var tenants = Compare(left.Tenant, right.Tenant);
        return tenants != 0 ? tenants : Compare(left.Id, right.Id);
    }

    public static int Compare(string left, string right)
    {
        if (ReferenceEquals(left, right))
        {
            return 0;
        }

        var common = left.AsSpan().CommonPrefixLength(right);
        return common == left.Length || common == right.Length
            ? left.Length - right.Length
            : Weight(left[common]) - Weight(right[common]);
    }

    /// <summary>Puts surrogates, which stand for code points above all others, behind the rest of UTF-16.</summary>
    private static int Weight(char unit) => char.IsSurrogate(unit) ? unit + 0x1_0000 : unit;
}
