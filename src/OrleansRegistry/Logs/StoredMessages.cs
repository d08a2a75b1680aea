namespace OrleansRegistry.Logs;

/// <summary>
/// For one call: whether messages that come with a known id are those that were stored by it. A change of a head cannot wait for pages, so it says
/// what it lacks, and is made again once that is here; stored messages never change.
/// </summary>
internal sealed class StoredMessages(PagedLog log)
{
    private readonly Dictionary<string, RawJson> found = new(StringComparer.Ordinal);
    private readonly HashSet<string> lacking = new(StringComparer.Ordinal);

    /// <summary>Runs a change that may need stored messages, as often as it lacks some.</summary>
    /// <param name="change">Makes the change; where it returns null it has changed nothing, and <see cref="IsRepeat"/> was asked of what is not here
    /// yet.</param>
    /// <param name="head">The log as it is now.</param>
    public async Task<T> RunAsync<T>(Func<Task<T?>> change, Func<LogHead?> head)
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
                if (head() is { } stored && await log.FindAsync(stored, id) is { IsEmpty: false } message)
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

        return SentMessages.IsSame(stored, message.Json) ? true : throw SentMessages.Reused(message, "the message itself");
    }
}
