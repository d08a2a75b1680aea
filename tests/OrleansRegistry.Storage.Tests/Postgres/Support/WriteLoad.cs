using Orleans.Storage;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Tests.Shared;
using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests.Postgres;

/// <summary>
/// Writers that each change one agent of their own over and over, and hold the store to what it answers: what it acknowledged is there, what
/// it refused is not. A wrong answer shows as a conflict, as nobody else writes these agents.
/// </summary>
internal sealed class WriteLoad(IRecordStore store, int writers)
{
    private readonly (long Version, string? Text)[] expected = new (long, string?)[writers];
    private Task running = Task.CompletedTask;
    private volatile bool stopping;
    private int acknowledged;
    private int failed;
    private int unknown;

    public int Acknowledged => Volatile.Read(ref acknowledged);

    public int Failed => Volatile.Read(ref failed);

    public int Unknown => Volatile.Read(ref unknown);

    public void Start() => running = Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(() => WriteAsync(writer))));

    /// <summary>Waits until that many more writes were acknowledged.</summary>
    public async Task AcknowledgesAsync(int more)
    {
        var goal = Acknowledged + more;
        await Eventually.TrueAsync(() => Acknowledged >= goal || running.IsFaulted, "the load to go on");
        if (running.IsFaulted)
        {
            await running;
        }
    }

    /// <summary>Stops, and compares what is stored with what was answered.</summary>
    public async Task StopAndCheckAsync()
    {
        stopping = true;
        await running;
        var stored = await store.AllAsync();
        for (var writer = 0; writer < writers; writer++)
        {
            var found = stored.GetValueOrDefault(Key($"load{writer}"));
            Assert.Equal(expected[writer], (found?.Version ?? 0, found?.Body.Document.ToString()));
        }

        var revisions = stored.Values.Select(record => record.Version).ToArray();
        Assert.Equal(revisions.Length, revisions.Distinct().Count());
        Assert.True(revisions.Max() <= await store.CurrentRevisionAsync(AgentKind.Kind));
    }

    private async Task WriteAsync(int writer)
    {
        var id = $"load{writer}";
        for (var i = 0; !stopping; i++)
        {
            var (version, text) = (expected[writer].Version, $"{writer}.{i}");
            try
            {
                expected[writer] = (await store.PutAsync(id, version, text), Body(text).Document.ToString());
                Interlocked.Increment(ref acknowledged);
            }
            catch (RegistryException refused)
            {
                Assert.Equal(RegistryError.Unavailable, refused.Error);
                Interlocked.Increment(ref failed);
            }
            catch (RecordOutcomeUnknownException)
            {
                Interlocked.Increment(ref unknown);
                expected[writer] = await ReadBackAsync(id);
            }
            catch (InconsistentStateException wrong)
            {
                throw new InvalidOperationException($"A write of {id} over version {version} was answered wrong before: {wrong.Message}", wrong);
            }
        }
    }

    private async Task<(long Version, string? Text)> ReadBackAsync(string id)
    {
        while (true)
        {
            try
            {
                var read = await store.GetAsync(id);
                return (read?.Version ?? 0, read?.Body.Document.ToString());
            }
            catch (RegistryException)
            {
                Interlocked.Increment(ref failed);
            }
        }
    }
}
