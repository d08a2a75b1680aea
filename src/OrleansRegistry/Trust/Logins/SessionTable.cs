using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace OrleansRegistry.Trust.Logins;

/// <summary>All sessions, by their ids: what requests are compared with. It follows the records of sessions and of their users.</summary>
internal sealed class SessionTable : ICallerCredentials
{
    public const string SessionPrefix = "ors_";
    private const string Kind = "session:";

    private readonly TrustRecords records;
    private readonly TrustCatchUp catchUp;
    private readonly TimeProvider time;
    private readonly Lock writing = new();
    private readonly Dictionary<(string Tenant, string Name), long> users = [];
    private readonly ConcurrentDictionary<string, KnownSession> sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, KnownSession>.AlternateLookup<ReadOnlySpan<char>> byText;

    public SessionTable(TrustRecords records, TrustCatchUp catchUp, [RegistryTime] TimeProvider time)
    {
        this.records = records;
        this.catchUp = catchUp;
        this.time = time;
        byText = sessions.GetAlternateLookup<ReadOnlySpan<char>>();
        records.OnChange(TakeIn);
        foreach (var session in records.All(SessionRecord.Type))
        {
            TakeIn(new TrustChange(SessionRecord.Type.Name, session.Tenant, session.Id));
        }
    }

    public string Prefix => SessionPrefix;

    public string Noun => "session";

    /// <summary>What the audit trail calls a session.</summary>
    public static string CredentialOf(string id) => Kind + id;

    /// <summary>The session of an id, if it counts.</summary>
    public KnownSession? Of(string id) => sessions.GetValueOrDefault(id) is { } session && IsOpen(session) ? session : null;

    /// <summary>Those of a user that count, the oldest first.</summary>
    public IReadOnlyList<KnownSession> Of(string tenant, string user) =>
        [.. sessions.Values.Where(session => session.Record.Tenant == tenant && session.Record.Value.User == user && IsOpen(session))
            .OrderBy(session => session.Record.Value.CreatedAt).ThenBy(session => session.Record.Id, StringComparer.Ordinal)];

    public AdmittedCaller? Find(string text)
    {
        var id = SecretText.IdOf(SessionPrefix, text);
        if (id.IsEmpty)
        {
            return null;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SecretText.Hash(text, hash);
        return byText.TryGetValue(id, out var session) && session.Find(hash) is { } caller && time.GetUtcNow() < caller.EndsAt ? caller : null;
    }

    public async ValueTask<AdmittedCaller?> FindAsync(string text, CancellationToken cancellationToken)
    {
        if (SecretText.IdOf(SessionPrefix, text).IsEmpty)
        {
            return null;
        }

        await catchUp.RunAsync(cancellationToken);
        return Find(text);
    }

    /// <summary>Removes those that count no longer, as they are over or as their users have changed.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        foreach (var session in sessions.Values.Where(session => !IsOpen(session)))
        {
            await records.DeleteAsync(SessionRecord.Type, session.Record.Tenant, session.Record.Id, cancellationToken);
        }
    }

    private bool IsOpen(KnownSession session) => session.Counts && time.GetUtcNow() < session.Record.Value.ExpiresAt;

    private void TakeIn(TrustChange change)
    {
        var changed = new List<KnownSession>();
        lock (writing)
        {
            if (change.Type == SessionRecord.Type.Name)
            {
                TakeIn(change.Tenant, change.Id, changed);
            }
            else if (change.Type == UserRecord.Type.Name && IsNews(change))
            {
                // Within the lock: one that begins meanwhile is seen here, or sees the user as it is now.
                foreach (var session in sessions.Values)
                {
                    if (session.Record.Tenant == change.Tenant && session.Record.Value.User == change.Id)
                    {
                        TakeIn(change.Tenant, session.Record.Id, changed);
                    }
                }
            }
        }

        foreach (var session in changed)
        {
            session.End();
        }
    }

    /// <summary>A user is told of each time that it is read, too: then nothing has changed.</summary>
    private bool IsNews(TrustChange user)
    {
        var key = (user.Tenant, user.Id);
        if (Readable(UserRecord.Type, user.Tenant, user.Id)?.Version is not { } version)
        {
            users.Remove(key);
            return true;
        }

        if (users.GetValueOrDefault(key) == version)
        {
            return false;
        }

        users[key] = version;
        return true;
    }

    private void TakeIn(string tenant, string id, List<KnownSession> changed)
    {
        var before = sessions.GetValueOrDefault(id);
        if (before is not null && before.Record.Tenant != tenant)
        {
            return;
        }

        if (Readable(SessionRecord.Type, tenant, id) is not { } record)
        {
            sessions.TryRemove(id, out _);
        }
        else
        {
            var user = Readable(UserRecord.Type, tenant, record.Value.User)?.Value;
            if (before?.Record.Version == record.Version && before.Counts == before.IsOf(user))
            {
                return;
            }

            sessions[id] = new KnownSession(record, user);
        }

        if (before is not null)
        {
            changed.Add(before);
        }
    }

    private TrustRecord<T>? Readable<T>(TrustType<T> type, string tenant, string id)
        where T : class
    {
        try
        {
            return records.Find(type, tenant, id);
        }
        catch (RegistryException unreadable) when (unreadable.Error == RegistryError.Unreadable)
        {
            // It lets nobody in.
            return null;
        }
    }
}
