namespace OrleansRegistry.Directory.Tests;

/// <summary>An agent that changes while others search is found as it was or as it is, and never missing.</summary>
public sealed class ChangingAgentTests
{
    private const int Others = 6_000;
    private const int Changes = 3_000;
    private const int Searches = 20;

    [Fact]
    public async Task A_search_misses_no_agent_that_changes_meanwhile()
    {
        var directory = new TestDirectory();
        for (var i = 0; i < Others; i++)
        {
            directory.Put($"other{i}", new TestCard($"other{i}", "sun"));
        }

        directory.Put("changing", new TestCard("changing", "moonlight 0"));
        var counts = new int[2];
        using var ended = new CancellationTokenSource();
        var searching = counts.Select((_, searcher) => Task.Run(() => Search(directory, counts, searcher, ended.Token))).ToArray();

        // Each searches a few times while there are changes, however busy the machine is.
        for (var i = 0; (i < Changes || counts.Min() < Searches) && !searching.Any(search => search.IsCompleted); i++)
        {
            directory.Put("changing", new TestCard("changing", $"moonlight {i}"));
        }

        await ended.CancelAsync();
        await Task.WhenAll(searching);
    }

    private static void Search(TestDirectory directory, int[] counts, int searcher, CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            Assert.Equal(["changing"], directory.Ids(new AgentQuery { Text = "moonlight" }));
            Assert.Equal(["changing"], directory.Ids(new AgentQuery { Words = "moonlight " }));
            Interlocked.Increment(ref counts[searcher]);
        }
    }
}
