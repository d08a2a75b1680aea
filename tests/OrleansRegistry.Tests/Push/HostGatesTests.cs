namespace OrleansRegistry.Tests.Push;

public sealed class HostGatesTests
{
    private readonly HostGates gates = new(most: 8, mostOfHost: 4);

    [Fact]
    public async Task A_host_that_answers_fast_gets_more_at_once_and_one_that_does_not_less()
    {
        var first = await EnterAsync("a");
        var second = EnterAsync("a");
        Assert.False(second.IsCompleted);
        Leave(first, fast: true);
        List<Task<HostGates.Turn>> more = [second, .. Enumerable.Range(0, 3).Select(_ => EnterAsync("a"))];
        await Task.WhenAll(more);
        var fifth = EnterAsync("a");
        Assert.False(fifth.IsCompleted);
        foreach (var turn in more)
        {
            Leave(await turn, fast: false);
        }

        await fifth;
        Assert.False(EnterAsync("a").IsCompleted);
    }

    [Fact]
    public async Task Hosts_that_do_not_answer_hold_up_none_that_does()
    {
        Leave(await EnterAsync("fast"), fast: true);
        _ = await EnterAsync("slow1");
        _ = await EnterAsync("slow2");
        var third = EnterAsync("slow3");
        Assert.False(third.IsCompleted);
        var four = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => EnterAsync("fast")));
        Assert.False(third.IsCompleted);
        Leave(four[0], fast: true);
        Assert.False(third.IsCompleted);
    }

    [Fact]
    public async Task Who_gives_up_leaves_the_line_and_hosts_take_turns()
    {
        var one = await EnterAsync("a");
        var two = await EnterAsync("b");
        using var patience = new CancellationTokenSource();
        var givenUp = gates.EnterAsync("a", patience.Token);
        var next = EnterAsync("a");
        var third = EnterAsync("c");
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp);
        Leave(one, fast: false);
        var turn = await Task.WhenAny(next, third);
        Leave(two, fast: false);
        await Task.WhenAll(next, third);
        Assert.True(turn.IsCompletedSuccessfully);
    }

    private Task<HostGates.Turn> EnterAsync(string host) => gates.EnterAsync(host, TestContext.Current.CancellationToken);

    private static void Leave(HostGates.Turn turn, bool fast)
    {
        turn.WasFast = fast;
        turn.Dispose();
    }
}
