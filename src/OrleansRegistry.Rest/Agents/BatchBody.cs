namespace OrleansRegistry.Rest.Agents;

/// <summary>Splits a batch, <c>{"agents": […]}</c> or a bare array, into its entries, as slices that are not parsed further.</summary>
internal static class BatchBody
{
    private static readonly RequestMembers.Names Names = new("agents");

    /// <exception cref="RegistryException">It is not a batch, not JSON, or has more than <paramref name="most"/> entries.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> body, int most)
    {
        var entries = body.Span.TrimStart(" \t\r\n"u8).StartsWith("["u8) ? JsonValues.Entries(body, "body", most + 1) : Agents(body, most + 1);
        return entries.Count <= most
            ? entries
            : throw new RegistryException(RegistryError.TooLarge, $"agents: has more than {most:N0} entries; send them in several batches", "agents");
    }

    private static IReadOnlyList<ReadOnlyMemory<byte>> Agents(ReadOnlyMemory<byte> body, int most)
    {
        var members = new RequestMembers(body, Names);
        return members.Has("agents")
            ? members.Entries("agents", most)
            : throw members.Missing("agents", "the body must be {\"agents\": […]} or an array");
    }
}
