namespace OrleansRegistry.Storage;

/// <summary>A record that is stored and cannot be read.</summary>
/// <param name="Message">What it is, and what is wrong with it.</param>
/// <param name="Owner">The subject that owns it, as far as that can still be read; else null.</param>
public sealed record UnreadableRecord(string Message, string? Owner = null)
{
    /// <summary>The message for callers that request the record.</summary>
    public RegistryException Refusal() => new(RegistryError.Unreadable, Message);
}

/// <summary>
/// A grain's state that can stand for a record that storage cannot read. For other states storage throws <see cref="UnreadableRecord.Refusal"/>.
/// </summary>
public interface IUnreadableState
{
    /// <summary>
    /// Set by storage, together with the version of a record that is there and cannot be read; null after every other read or write.
    /// </summary>
    UnreadableRecord? Unreadable { get; set; }
}
