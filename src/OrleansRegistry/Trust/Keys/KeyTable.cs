using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace OrleansRegistry.Trust.Keys;

/// <summary>All keys, by their ids: what requests are compared with. It follows the records.</summary>
internal sealed class KeyTable : ICallerCredentials
{
    public const string KeyPrefix = "ork_";

    /// <summary>Before a key's id, in what callers were let in by.</summary>
    public const string CredentialPrefix = "key:";

    private readonly TrustRecords records;
    private readonly TrustCatchUp catchUp;
    private readonly TimeProvider time;
    private readonly Lock writing = new();
    private readonly ConcurrentDictionary<string, KnownKey> keys = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, KnownKey>.AlternateLookup<ReadOnlySpan<char>> byText;

    public KeyTable(TrustRecords records, TrustCatchUp catchUp, [RegistryTime] TimeProvider time)
    {
        this.records = records;
        this.catchUp = catchUp;
        this.time = time;
        byText = keys.GetAlternateLookup<ReadOnlySpan<char>>();
        records.OnChange(TakeIn);
        foreach (var key in records.All(KeyRecord.Type))
        {
            TakeIn(new TrustChange(KeyRecord.Type.Name, key.Tenant, key.Id));
        }
    }

    public string Prefix => KeyPrefix;

    public string Noun => "key";

    /// <summary>All keys, in no order.</summary>
    public IEnumerable<KnownKey> All => keys.Values;

    /// <summary>The key of an id, of any tenant; null for none.</summary>
    public KnownKey? Of(string id) => keys.GetValueOrDefault(id);

    /// <summary>When the key ends by which a caller was let in; null where it does not, or it is no key.</summary>
    public DateTimeOffset? EndOf(Caller caller) =>
        caller.Credential is { } credential && credential.StartsWith(CredentialPrefix, StringComparison.Ordinal)
            ? Of(credential[CredentialPrefix.Length..])?.Record.Value.ExpiresAt
            : null;

    public AdmittedCaller? Find(string text)
    {
        var id = SecretText.IdOf(KeyPrefix, text);
        if (id.IsEmpty)
        {
            return null;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SecretText.Hash(text, hash);
        var now = time.GetUtcNow();
        if (!byText.TryGetValue(id, out var key) || key.Find(hash) is not { } caller || now >= caller.EndsAt)
        {
            return null;
        }

        key.Use.Mark(now);
        return caller;
    }

    public async ValueTask<AdmittedCaller?> FindAsync(string text, CancellationToken cancellationToken)
    {
        var id = SecretText.IdOf(KeyPrefix, text).ToString();
        if (id.Length == 0)
        {
            return null;
        }

        // Of a key that is known, another secret may have been stored a moment ago.
        await catchUp.RunAsync(cancellationToken);
        return Find(text);
    }

    private void TakeIn(TrustChange change)
    {
        if (change.Type != KeyRecord.Type.Name)
        {
            return;
        }

        KnownKey? before;
        lock (writing)
        {
            before = keys.GetValueOrDefault(change.Id);
            if (before is not null && before.Record.Tenant != change.Tenant)
            {
                return;
            }

            var record = Readable(change);
            if (record is null)
            {
                keys.TryRemove(change.Id, out _);
            }
            else if (before?.Record.Version == record.Version && before.Record.Value.IsAs(record.Value))
            {
                return;
            }
            else
            {
                keys[change.Id] = new KnownKey(record, before?.Use ?? new LastUse());
            }
        }

        before?.End();
    }

    private TrustRecord<KeyRecord>? Readable(TrustChange change)
    {
        try
        {
            return records.Find(KeyRecord.Type, change.Tenant, change.Id);
        }
        catch (RegistryException unreadable) when (unreadable.Error == RegistryError.Unreadable)
        {
            // It lets nobody in.
            return null;
        }
    }
}
