using System.Security.Cryptography;

namespace OrleansRegistry.Trust.Keys;

/// <summary>A key in memory, as requests are compared with it.</summary>
#pragma warning disable CA1001 // Its source has no timer, so that there is nothing to dispose of.
internal sealed class KnownKey
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource ending = new();
    private readonly byte[] hash;
    private readonly byte[]? previousHash;
    private readonly AdmittedCaller caller;
    private readonly AdmittedCaller? previous;

    public KnownKey(TrustRecord<KeyRecord> record, LastUse use)
    {
        Record = record;
        Use = use;
        var key = record.Value;
        hash = key.Hash;
        var named = new Caller(record.Tenant, key.Subject)
        {
            // Roles of a newer version allow nothing here.
            Allowed = RegistryRoles.Of(key.Roles.Where(role => RegistryRoles.Find(role) is not null)),
            Agents = key.Agents,
            Credential = KeyTable.CredentialPrefix + record.Id,
        };
        var ends = key.ExpiresAt ?? DateTimeOffset.MaxValue;
        caller = new AdmittedCaller(named, ends, ending.Token) { Roles = key.Roles };
        if (key is { PreviousHash: { } before, PreviousUntil: { } until })
        {
            previousHash = before;
            previous = new AdmittedCaller(named, until < ends ? until : ends, ending.Token) { Roles = key.Roles };
        }
    }

    public TrustRecord<KeyRecord> Record { get; }

    public LastUse Use { get; }

    /// <summary>Who has a secret with this hash; in fixed time.</summary>
    public AdmittedCaller? Find(ReadOnlySpan<byte> presented)
    {
        var isCurrent = CryptographicOperations.FixedTimeEquals(presented, hash);
        var isPrevious = previousHash is not null && CryptographicOperations.FixedTimeEquals(presented, previousHash);
        return isCurrent ? caller : isPrevious ? previous : null;
    }

    /// <summary>Ends what is open with it.</summary>
    public void End() => _ = ending.CancelAsync();
}

/// <summary>When a key was used last, here.</summary>
internal sealed class LastUse
{
    private static readonly long Grain = TimeSpan.FromSeconds(5).Ticks;

    private long ticks;

    /// <summary>Null: not by this process.</summary>
    public DateTimeOffset? At => Volatile.Read(ref ticks) is > 0 and var at ? new DateTimeOffset(at, TimeSpan.Zero) : null;

    /// <summary>When it was written down last; used by one thread.</summary>
    public DateTimeOffset Written { get; set; }

    public void Mark(DateTimeOffset now)
    {
        // Most requests write nothing that other processors must hear of.
        if (now.Ticks - Volatile.Read(ref ticks) > Grain)
        {
            Volatile.Write(ref ticks, now.UtcTicks);
        }
    }
}
