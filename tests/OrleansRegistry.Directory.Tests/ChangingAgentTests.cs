namespace OrleansRegistry.Directory.Tests;

/// <summary>An agent that changes while others search is found as it was or as it is, and never missing.</summary>
public sealed class ChangingAgentTests
{
    private const int Others = 6_000;
    private const int Changes = 3_000;

    [Fact]
    public async Task A_search_misses_no_agent_that_changes_meanwhile()
    {
        var directory = new TestDirectory();
        for (var i = 0; i < Others; i++)
        {
            directory.Put($"other{i}", new TestCard($"other{i}", "sun"));
        }

        directory.Put("changing", new TestCard("changing", "moonlight 0"));
        using var ended = new CancellationTokenSource();
        var searching = Enumerable.Range(0, 2).Select(_ => Task.Run(() => Search(directory, ended.Token))).ToArray();
        for (var i = 0; i < Changes; i++)
        {
            directory.Put("changing", new TestCard("changing", $"moonlight {i}"));
        }

        await ended.CancelAsync();
        Assert.True((await Task.WhenAll(searching)).Min() > 10, "too few searches to tell");
    }

    private static int Search(TestDirectory directory, CancellationToken ended)
    {
        var searches = 0;
        for (; !ended.IsCancellationRequested; searches++)
        {
            Assert.Equal(["changing"], directory.Ids(new AgentQuery { Text = "moonlight" }));
            Assert.Equal(["changing"], directory.Ids(new AgentQuery { Words = "moonlight " }));
        }

        return searches;
    }
}
