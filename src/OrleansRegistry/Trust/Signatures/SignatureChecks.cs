using Microsoft.Extensions.Logging;

using OrleansRegistry.Trust.Records;

namespace OrleansRegistry.Trust.Signatures;

/// <summary>
/// Checks in the background the signatures of cards that this node has not looked at, and those of all where an issuer has other keys: so many in a round.
/// Every process does; who finds what is written already writes nothing.
/// </summary>
internal sealed partial class SignatureChecks(
    AgentDirectory directory,
    CardIssuers issuers,
    SignatureWriter writer,
    TrustRecords records,
    IRecordStore store,
    [RegistryTime] TimeProvider time,
    ILogger<SignatureChecks> log)
{
    private const int MostInRound = 500;

    /// <summary>What failed, as the store does, is tried again 2, 4, … up to 64 seconds later; the others go on.</summary>
    private const int MostDoublings = 6;

    /// <summary>How long a round waits for keys: what comes later counts in one of the next.</summary>
    private static readonly TimeSpan ForKeys = TimeSpan.FromSeconds(1);

    private readonly LogPace pace = new(time, log);
    private readonly Lock gate = new();
    private readonly HashSet<RecordKey> waiting = [];

    // Of the one round that runs at a time.
    private readonly HashSet<RecordKey> failed = [];
    private RegistryPosition? seen;
    private int failedRounds;
    private long failedAt;

    /// <summary>Waits for changes of agents.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        if (seen is null)
        {
            seen = directory.Position;
            LookAtAll(null);
        }

        var changes = new List<LoggedChange>();
        seen = await directory.FollowAsync(seen, changes, time, cancellationToken);
        lock (gate)
        {
            foreach (var change in changes)
            {
                // An import may have brought the same card with another verdict.
                if (change.After?.Record is { } agent && IsToCheck(agent)
                    && (agent.Card != change.Before?.Record.Card || agent.Signature?.IsSame(change.Before?.Record.Signature) == false))
                {
                    waiting.Add(new RecordKey(change.Tenant, change.Id));
                }
            }
        }
    }

    /// <summary>Reads the keys whose time has come, and checks what waits.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (records.Position.History != store.History)
        {
            // Whom tenants trust is not known yet: nobody's signature is to be worth less for that.
            return;
        }

        await Task.WhenAny(issuers.RefreshAsync(), Task.Delay(ForKeys, cancellationToken));
        var changed = issuers.TakeChanged();
        if (changed is not { Count: 0 })
        {
            LookAtAll(changed);
        }

        RecordKey[] round;
        lock (gate)
        {
            if (failed.Count > 0 && time.GetElapsedTime(failedAt) >= TimeSpan.FromSeconds(1 << Math.Min(failedRounds, MostDoublings)))
            {
                waiting.UnionWith(failed);
                failed.Clear();
            }

            round = [.. waiting.Take(MostInRound)];
            waiting.ExceptWith(round);
        }

        var before = failed.Count;
        foreach (var key in round)
        {
            await CheckAsync(key, cancellationToken);
        }

        if (before == 0 && failed.Count > 0)
        {
            // What fails later is tried again with the first, which else would wait anew with each of them.
            (failedRounds, failedAt) = (failedRounds + 1, time.GetTimestamp());
        }
        else if (failed.Count == 0)
        {
            failedRounds = 0;
        }
    }

    /// <param name="tenants">Null for all.</param>
    private void LookAtAll(IReadOnlySet<string>? tenants)
    {
        var all = directory.All
            .Where(agent => tenants?.Contains(agent.Tenant) != false && IsToCheck(agent))
            .Select(agent => new RecordKey(agent.Tenant, agent.Id))
            .ToList();
        lock (gate)
        {
            waiting.UnionWith(all);
        }
    }

    /// <summary>Where nobody is trusted, what was never looked at is left alone.</summary>
    private bool IsToCheck(AgentRecord agent) =>
        agent.Signature is not null || (CardVerifier.IsSigned(agent.Card) && !issuers.IsNobodyTrusted(agent.Tenant));

    private async Task CheckAsync(RecordKey key, CancellationToken cancellationToken)
    {
        try
        {
            if (directory.Find(key.Tenant, key.Id) is { } agent)
            {
                await writer.CheckAsync(agent, TimeSpan.Zero, isAwaited: false, cancellationToken);
            }
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            failed.Add(key);
            pace.Write(() => LogUnexpected(fault, LogText.Id(key.Id), LogText.Id(key.Tenant)));
        }
    }

    [LoggerMessage(LogLevel.Warning, "The signatures of agent '{Agent}' of tenant '{Tenant}' could not be checked; it is tried again.")]
    private partial void LogUnexpected(Exception fault, string agent, string tenant);
}
