namespace OrleansRegistry;

/// <summary>What the registry writes into a trail by itself, as the subject <see cref="Registry"/>.</summary>
public static class AuditActions
{
    /// <summary>The subject of the registry's own entries.</summary>
    public const string Registry = "registry";

    /// <summary>
    /// Older entries were removed, as their time was over. The object is the sequence of the last of them, a colon, and its hash: the trail goes on
    /// from there.
    /// </summary>
    public const string Retention = "registry.audit.retention";

    /// <summary>Changes have no entry: they were too many while the trail could not be written. The object is how many.</summary>
    public const string Lost = "registry.audit.lost";

    /// <summary>A call that was not let in, or not further than the door.</summary>
    public const string Refused = "registry.http.refused";

    /// <summary>The object of a <see cref="Retention"/> entry.</summary>
    internal static string RemovedUpTo(long sequence, string hash) => FormattableString.Invariant($"{sequence}:{hash}");

    /// <summary>Reads <see cref="RemovedUpTo"/>; null for what it did not make.</summary>
    internal static (long Sequence, string Hash)? ReadRemoved(AuditEntry entry)
    {
        if (entry is not { Action: Retention, Subject: Registry, Object: { } text })
        {
            return null;
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && long.TryParse(text.AsSpan(0, colon), out var sequence) ? (sequence, text[(colon + 1)..]) : null;
    }
}
