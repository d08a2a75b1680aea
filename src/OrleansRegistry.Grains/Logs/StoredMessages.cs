using OrleansRegistry.Model;

namespace OrleansRegistry.Grains;

/// <summary>
/// For one call: whether messages that come with a known id are those that were stored by it. A change of a head cannot wait for pages, so it says
/// what it lacks, and is made again once that is here; stored messages never change.
/// </summary>
internal sealed class StoredMessages(PagedLog log)
{
    /// <summary>Ids are compared by themselves, and the registry may have added them.</summary>
    private static readonly string[] Ids = ["messageId", "message_id", "taskId", "task_id", "contextId", "context_id"];

    private readonly Dictionary<string, RawJson> found = new(StringComparer.Ordinal);
    private readonly HashSet<string> lacking = new(StringComparer.Ordinal);

    /// <summary>Runs a change that may need stored messages, as often as it lacks some.</summary>
    /// <param name="change">Makes the change; where it returns null it has changed nothing, and <see cref="IsRepeat"/> was asked of what is not here yet.</param>
    /// <param name="head">The log as it is now.</param>
    public async Task<T> Run<T>(Func<Task<T?>> change, Func<LogHead?> head)
        where T : class
    {
        while (true)
        {
            if (await change() is { } made)
            {
                return made;
            }

            foreach (var id in lacking)
            {
                if (head() is { } stored && await log.Find(stored, id) is { IsEmpty: false } message)
                {
                    found[id] = MessageItem.Read(message);
                }
            }

            lacking.Clear();
        }
    }

    /// <summary>True while a message has been asked for that is not here: the change is to stop.</summary>
    public bool IsLacking => lacking.Count > 0;

    /// <summary>Whether the message is stored already, the same; where its page is not here, false with <see cref="IsLacking"/>.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.IdReused"/>: it was another message.</exception>
    public bool IsRepeat(LogHead head, CheckedMessage message)
    {
        if (!log.Has(message.Id!))
        {
            return false;
        }

        if (!found.TryGetValue(message.Id!, out var stored))
        {
            if (!log.TryFindInTail(head, message.Id!, out var item))
            {
                lacking.Add(message.Id!);
                return false;
            }

            stored = MessageItem.Read(item);
        }

        return IsSame(stored, message.Json) ? true : throw Reused(message, "the message itself");
    }

    public static bool IsSame(RawJson one, RawJson other) => one == other || JsonValueHash.Of(one, Ids).AsSpan().SequenceEqual(JsonValueHash.Of(other, Ids));

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
        $"{message.Field}.messageId: '{message.Id}' was sent before with another request, which differs in {differs}. The same message can be sent again; another needs an id of its own.",
        $"{message.Field}.messageId");
}
