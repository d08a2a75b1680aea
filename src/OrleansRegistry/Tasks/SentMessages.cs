namespace OrleansRegistry.Tasks;

/// <summary>Whether two messages that come by one id are the same, sent twice.</summary>
internal static class SentMessages
{
    /// <summary>Ids are compared by themselves, and the registry may have added them.</summary>
    private static readonly string[] Ids = ["messageId", "message_id", "taskId", "task_id", "contextId", "context_id"];

    /// <summary>A SHA-256 of the message without its ids.</summary>
    public static byte[] HashOf(RawJson message) => JsonValueHash.Of(message, Ids);

    public static bool IsSame(RawJson one, RawJson other) => one == other || HashOf(one).AsSpan().SequenceEqual(HashOf(other));

    /// <summary>For two messages of one request that have one id.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.IdReused"/>: they differ.</exception>
    public static void CheckTwin(CheckedMessage first, CheckedMessage second)
    {
        if (!IsSame(first.Json, second.Json))
        {
            throw Reused(second, "the message itself");
        }
    }

    public static RegistryException Reused(CheckedMessage message, string differs) => new(
        RegistryError.IdReused,
        $"{message.Field}.messageId: '{message.Id}' was sent before with another request, which differs in {differs}. The same message can be sent "
            + "again; another needs an id of its own.",
        $"{message.Field}.messageId");
}
