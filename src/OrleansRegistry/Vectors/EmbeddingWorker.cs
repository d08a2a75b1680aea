using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace OrleansRegistry.Vectors;

/// <summary>
/// Embeds agents in the background after they were written, each once in a cluster: its text and that of its skills become vectors, which are stored, and
/// which the others read.
/// </summary>
internal sealed partial class EmbeddingWorker(
    AgentDirectory agents,
    VectorDirectory vectors,
    EmbeddingShare share,
    IRecordStore store,
    UnreadableRecords faulty,
    BackgroundLoops loops,
    [RegistryTime] TimeProvider time,
    ILogger<EmbeddingWorker> logger,
    ITextEmbedder? embedder = null) : BackgroundService
{
    /// <summary>How many agents a round takes, so that equal texts of theirs and their writes are one piece of work.</summary>
    private const int Batch = 16;

    /// <summary>How many that others embed are looked for at once.</summary>
    private const int MostRead = 256;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private readonly LogPace pace = new(time, logger);

    /// <summary>Until when agents are left that could not be embedded.</summary>
    private readonly Dictionary<RecordKey, DateTimeOffset> later = [];

    private int most = Batch;
    private int failures;
    private TimeSpan pause = FirstPause;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        embedder is null ? Task.CompletedTask : loops.RunAsync("the embedding of agents", token => RunAsync(embedder, token), stoppingToken);

    private async Task RunAsync(ITextEmbedder model, CancellationToken cancellationToken)
    {
        var work = vectors.Work;
        var mine = vectors.WaitingCount > 0 ? await share.NowAsync(cancellationToken) : null;
        var batch = mine is null ? [] : Take(mine);
        var theirs = mine is null ? [] : TakeOthers(mine);
        await Task.WhenAll(theirs.Select(key => TakeInAsync(key, cancellationToken)));
        if (batch.Count == 0)
        {
            // What another process does not get done, as it has died, is this one's after a while.
            await Task.WhenAny(work, Task.Delay(theirs.Count > 0 ? FirstPause : EmbeddingShare.Often, time, cancellationToken));
            return;
        }

        try
        {
            await EmbedAsync(model, batch, cancellationToken);
            if (failures > 1)
            {
                later.Clear();
            }

            failures = 0;
            pause = FirstPause;
            most = Math.Min(Batch, most * 2);
        }
        catch (EmbeddingException) when (batch.Count > 1)
        {
            // One of them may be what the model cannot take: it must not hold up the others.
            most = 1;
        }
        catch (EmbeddingException fault)
        {
            failures++;
            later[batch[0]] = time.GetUtcNow() + LongestPause;
            var id = LogText.Id(batch[0].Id);
            pace.Write(() => LogFailed(fault.InnerException, id, LogText.Id(batch[0].Tenant), LogText.Escape(fault.Message)));
            if (failures > 1)
            {
                await Task.Delay(pause, time, cancellationToken);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    /// <summary>Some of the agents that wait, of each tenant in turn.</summary>
    private List<RecordKey> Take(Predicate<RecordKey> mine)
    {
        var now = time.GetUtcNow();
        foreach (var key in later.Where(left => left.Value <= now).Select(left => left.Key).ToList())
        {
            later.Remove(key);
        }

        var waiting = vectors.Tenants.Select(tenant => Waiting(tenant).Where(key => mine(key) && !later.ContainsKey(key)).GetEnumerator()).ToList();
        var taken = new List<RecordKey>();
        while (waiting.Count > 0)
        {
            waiting.RemoveAll(tenant =>
            {
                if (taken.Count < most && tenant.MoveNext())
                {
                    taken.Add(tenant.Current);
                    return false;
                }

                tenant.Dispose();
                return true;
            });
        }

        return taken;
    }

    /// <summary>Some of the agents that other processes embed.</summary>
    private List<RecordKey> TakeOthers(Predicate<RecordKey> mine)
    {
        if (!store.IsShared)
        {
            return [];
        }

        RecordKey[] others = [.. vectors.Tenants.SelectMany(Waiting).Where(key => !mine(key))];
        Random.Shared.Shuffle(others);
        return [.. others.Take(MostRead)];
    }

    /// <summary>Takes in what another process stored; of an agent that is gone, nothing is kept.</summary>
    private async Task TakeInAsync(RecordKey key, CancellationToken cancellationToken)
    {
        if (agents.Find(key.Tenant, key.Id) is null)
        {
            vectors.Remove(key, long.MaxValue);
        }
        else if (await store.ReadAsync(AgentVectorsKind.Kind, key, cancellationToken) is { } stored
            && faulty.TryRead(AgentVectorsKind.Kind, stored, AgentVectorsKind.Read) is { } theirs)
        {
            vectors.Put(theirs);
        }
    }

    private IEnumerable<RecordKey> Waiting(string tenant) => vectors.Of(tenant).Waiting.Select(id => new RecordKey(tenant, id));

    private async Task EmbedAsync(ITextEmbedder model, IReadOnlyList<RecordKey> batch, CancellationToken cancellationToken)
    {
        var texts = new List<(AgentRecord Agent, IReadOnlyList<CardPiece> Pieces)>();
        foreach (var key in batch)
        {
            if (agents.Find(key.Tenant, key.Id) is not { } agent)
            {
                await RemoveAsync(key, cancellationToken);
            }
            else
            {
                texts.Add((agent, PiecesOf(agent)));
            }
        }

        var known = await VectorsOfAsync(model, texts, cancellationToken);
        await Task.WhenAll(texts.Select(one => StoreAsync(model, one.Agent, one.Pieces, known, cancellationToken)));
    }

    /// <summary>The vectors of all texts, each made once; those that the tenant has are not made again.</summary>
    private async Task<Dictionary<TextHash, float[]>> VectorsOfAsync(
        ITextEmbedder model, IReadOnlyList<(AgentRecord Agent, IReadOnlyList<CardPiece> Pieces)> texts, CancellationToken cancellationToken)
    {
        var known = new Dictionary<TextHash, float[]>();
        var missing = new Dictionary<TextHash, string>();
        foreach (var (agent, pieces) in texts)
        {
            foreach (var piece in pieces)
            {
                if (vectors.Find(agent.Tenant, piece.Hash) is { } vector)
                {
                    known[piece.Hash] = vector;
                }
                else
                {
                    missing[piece.Hash] = piece.Text;
                }
            }
        }

        foreach (var part in missing.Chunk(model.MaxBatch))
        {
            var made = await model.EmbedAsync([.. part.Select(text => text.Value)], cancellationToken);
            foreach (var (i, (hash, _)) in part.Index())
            {
                known[hash] = UnitVectors.Of(made[i]) ?? throw new EmbeddingException("A text got a vector that is zero or not finite.");
            }
        }

        return known;
    }

    private async Task StoreAsync(
        ITextEmbedder model,
        AgentRecord agent,
        IReadOnlyList<CardPiece> pieces,
        Dictionary<TextHash, float[]> known,
        CancellationToken cancellationToken)
    {
        var made = new AgentVectors
        {
            Tenant = agent.Tenant,
            AgentId = agent.Id,
            AgentCreatedAt = agent.CreatedAt,
            Model = model.Model,
            Card = TextHash.Of(agent.Card.Utf8.Span),
            Vectors = [.. pieces.Select(piece => new FieldVector(piece.Field, piece.Hash, known[piece.Hash]))],
        };
        var key = AgentVectorsKind.KeyOf(made);
        var before = vectors.Of(agent.Tenant).Find(agent.Id)?.Version ?? 0;
        try
        {
            var version = await store.WriteAsync(AgentVectorsKind.Kind, key, before, AgentVectorsKind.Write(made), cancellationToken);
            var kept = made.Vectors.Select(vector => vector with { Values = AgentVectorsKind.Rounded(vector.Values) });
            vectors.Put(made with { Vectors = [.. kept], Version = version });
        }
        catch (InconsistentStateException)
        {
            await YieldAsync(key, cancellationToken);
        }
    }

    /// <summary>Another process was first: takes in what it stored, or removes what cannot be read.</summary>
    private async Task YieldAsync(RecordKey key, CancellationToken cancellationToken)
    {
        if (await store.ReadAsync(AgentVectorsKind.Kind, key, cancellationToken) is not { } stored)
        {
            vectors.Remove(key, long.MaxValue);
        }
        else if (faulty.TryRead(AgentVectorsKind.Kind, stored, AgentVectorsKind.Read) is { } theirs)
        {
            vectors.Put(theirs);
        }
        else
        {
            await DeleteAsync(key, stored.Version, cancellationToken);
        }
    }

    /// <summary>Removes the vectors of an agent that is gone.</summary>
    private async Task RemoveAsync(RecordKey key, CancellationToken cancellationToken)
    {
        // The feed of agents may be behind that of vectors.
        if (vectors.Of(key.Tenant).Find(key.Id) is not { } orphan
            || await store.ReadAsync(AgentKind.Kind, key, cancellationToken) is not null)
        {
            later[key] = time.GetUtcNow() + EmbeddingShare.Often;
            vectors.Look(key);
            return;
        }

        await DeleteAsync(key, orphan.Version, cancellationToken);
    }

    private async Task DeleteAsync(RecordKey key, long version, CancellationToken cancellationToken)
    {
        try
        {
            vectors.Remove(key, await store.DeleteAsync(AgentVectorsKind.Kind, key, version, cancellationToken));
            faulty.Forget(AgentVectorsKind.Kind, key);
        }
        catch (InconsistentStateException)
        {
            // They were removed already, or are others by now.
        }
    }

    /// <summary>The texts of an agent's card.</summary>
    public static IReadOnlyList<CardPiece> PiecesOf(AgentRecord agent)
    {
        try
        {
            return CardTexts.Of(AgentCard.Read(agent.Card));
        }
        catch (RegistryException)
        {
            // An older version took it: it is found by its id alone.
            return [];
        }
    }

    [LoggerMessage(LogLevel.Warning, "Agent '{Agent}' of tenant '{Tenant}' could not be embedded, and is tried again: {Reason} Until then, searches "
        + "by meaning do not find it.")]
    private partial void LogFailed(Exception? fault, string agent, string tenant, string reason);
}
