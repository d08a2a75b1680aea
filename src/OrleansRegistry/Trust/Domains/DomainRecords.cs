using System.Buffers.Text;
using System.Security.Cryptography;
using OrleansRegistry.Trust.Records;

namespace OrleansRegistry.Trust.Domains;

/// <summary>The domains that subjects prove, and what hosts of an agent's card they cover.</summary>
internal sealed class DomainRecords(
    TrustRecords records, DomainBook book, DomainProbe probe, DomainOptions options, [RegistryTime] TimeProvider time) : IDomainProofs
{
    /// <summary>How long after a look the next one may be asked for.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>How often a domain is looked at again whose token was missed.</summary>
    private static readonly TimeSpan RecheckMissing = TimeSpan.FromHours(1);

    /// <summary>How many are looked at again at once.</summary>
    private const int AtOnce = 8;

    private const int TokenBytes = 32;
    private const int LongestReason = 300;

    /// <summary>Those of a subject, in the order of their names.</summary>
    public IEnumerable<StoredDomain> Of(Caller caller) => records.All(DomainType.Type, caller.Tenant)
        .Select(record => record.Value).Where(domain => domain.Subject == caller.Subject).OrderBy(domain => domain.Domain, StringComparer.Ordinal);

    public async Task<StoredDomain> BeginAsync(Caller caller, string domain, CancellationToken cancellationToken)
    {
        var id = DomainType.IdOf(domain, caller.Subject);
        if (records.Find(DomainType.Type, caller.Tenant, id) is null)
        {
            DemandRoom(caller);
        }

        var begun = await records.ChangeAsync(
            DomainType.Type,
            caller.Tenant,
            id,
            before => before is not null && StateOf(before) != DomainState.Expired ? before : New(domain, caller.Subject),
            cancellationToken);
        return begun!.Value;
    }

    public async Task<StoredDomain> VerifyAsync(Caller caller, string domain, CancellationToken cancellationToken)
    {
        var id = DomainType.IdOf(domain, caller.Subject);
        var begun = await records.ChangeAsync(
            DomainType.Type,
            caller.Tenant,
            id,
            before => Looking(before ?? throw new RegistryException(RegistryError.NotFound, "Domain not found", DomainText.Field)),
            cancellationToken);
        return await LookAsync(caller.Tenant, id, begun!.Value, cancellationToken)
            ?? throw new RegistryException(RegistryError.NotFound, "Domain not found", DomainText.Field);
    }

    public ValueTask<bool> RemoveAsync(Caller caller, string domain, CancellationToken cancellationToken) =>
        records.DeleteAsync(DomainType.Type, caller.Tenant, DomainType.IdOf(domain, caller.Subject), cancellationToken);

    /// <summary>Looks again at those that are due. Where several processes do, the one looks that says so first.</summary>
    public async Task RecheckAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcMilliseconds();
        TrustRecord<StoredDomain>[] due = [.. records.All(DomainType.Type).Where(record => IsDue(record.Value, now))];
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(due, options, async (record, stopping) =>
        {
            StoredDomain? mine = null;
            await records.ChangeAsync(
                DomainType.Type,
                record.Tenant,
                record.Id,
                before => mine = before is not null && IsDue(before, now) ? before with { LookedAt = now } : before,
                stopping);
            if (mine?.LookedAt == now)
            {
                await LookAsync(record.Tenant, record.Id, mine, stopping);
            }
        });
    }

    /// <summary>Whether a subject has proved each of some hosts; false where there are none.</summary>
    public bool Prove(string tenant, string? subject, IReadOnlyList<string> hosts)
    {
        if (subject is null || hosts.Count == 0)
        {
            return false;
        }

        foreach (var host in hosts)
        {
            // A host is what stands in a card: of one that is no name in DNS, the end says nothing.
            if (!book.Over(tenant, subject, host).Any(IsProved) || !DomainText.IsDomain(host))
            {
                return false;
            }
        }

        return true;
    }

    public DomainProof Shown(StoredDomain domain)
    {
        var state = StateOf(domain);
        return new DomainProof(domain.Domain, state, domain.Token, domain.TokenEnd)
        {
            Method = domain.Method,
            FoundAt = domain.FoundAt,
            MissedAt = domain.MissedAt,
            Reason = domain.Reason,
            HeldUntil = state == DomainState.Failing ? domain.MissingSince + options.Grace : null,
        };
    }

    private DomainState StateOf(StoredDomain domain) => domain.StateAt(time.GetUtcMilliseconds(), options.Grace);

    private bool IsProved(StoredDomain domain) => StateOf(domain) is DomainState.Verified or DomainState.Failing;

    private bool IsDue(StoredDomain domain, DateTimeOffset now)
    {
        var pause = domain.MissingSince is null || options.Recheck < RecheckMissing ? options.Recheck : RecheckMissing;
        return domain.StateAt(now, options.Grace) is DomainState.Verified or DomainState.Failing && now >= domain.LookedAt + pause;
    }

    private StoredDomain New(string domain, string subject)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        return new StoredDomain(domain, subject, token, time.GetUtcMilliseconds() + options.TokenLife);
    }

    /// <summary>The domain as it is looked at from now on.</summary>
    private StoredDomain Looking(StoredDomain domain)
    {
        var now = time.GetUtcMilliseconds();
        if (StateOf(domain) == DomainState.Expired)
        {
            throw new RegistryException(
                RegistryError.Conflict, $"The token of '{domain.Domain}' has ended: begin again, and put the new one there.", DomainText.Field);
        }

        if (domain.LookedAt is { } last && last <= now && now - last < Pause)
        {
            throw new RegistryException(RegistryError.Busy, $"'{domain.Domain}' was looked at a moment ago.") { RetryAfter = Pause };
        }

        return domain with { LookedAt = now };
    }

    /// <returns>Null where it was removed meanwhile.</returns>
    private async Task<StoredDomain?> LookAsync(string tenant, string id, StoredDomain domain, CancellationToken cancellationToken)
    {
        var found = await probe.LookAsync(domain.Domain, domain.Token, cancellationToken);
        var now = time.GetUtcMilliseconds();
        var written = await records.ChangeAsync(
            DomainType.Type,
            tenant,
            id,
            before => before?.Token != domain.Token ? before : found.Method is { } method
                ? before with { FoundAt = now, Method = method, MissedAt = null, MissingSince = null, Reason = null }
                : before with
                {
                    MissedAt = now,
                    MissingSince = before.FoundAt is null ? null : before.MissingSince ?? now,
                    Reason = found.Reason is { Length: > LongestReason } reason ? reason[..LongestReason] : found.Reason,
                },
            cancellationToken);
        return written?.Value;
    }

    private void DemandRoom(Caller caller)
    {
        var all = records.All(DomainType.Type, caller.Tenant);
        if (all.Count >= DomainProof.MostOfTenant)
        {
            throw new RegistryException(RegistryError.Conflict, $"The tenant has {DomainProof.MostOfTenant:N0} domains, and may have no more.");
        }

        if (all.Count(record => record.Value.Subject == caller.Subject) >= DomainProof.MostOfSubject)
        {
            throw new RegistryException(
                RegistryError.Conflict, $"'{LogText.Id(caller.Subject)}' has {DomainProof.MostOfSubject} domains, and may have no more.");
        }
    }
}
