namespace OrleansRegistry.Directory.Tests;

public sealed class RevisionGateTests
{
    private readonly RevisionGate gate = new();

    [Fact]
    public async Task A_waiter_is_let_through_by_its_revision_and_by_any_later_one()
    {
        gate.Advance(1);
        Assert.True(Wait(1).IsCompletedSuccessfully);
        var (second, third) = (Wait(2), Wait(3));
        gate.Advance(2);
        await second;
        Assert.False(third.IsCompleted);
        gate.Advance(7);
        await third;
        Assert.Equal(0, gate.Waiting);
    }

    [Fact]
    public async Task Who_gives_up_waiting_leaves_nothing_behind()
    {
        using var tired = new CancellationTokenSource();
        var given = Wait(long.MaxValue, tired.Token);
        Assert.Equal(1, gate.Waiting);
        await tired.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Assert.Equal(0, gate.Waiting);
    }

    private Task Wait(long atLeast, CancellationToken cancellationToken = default) =>
        gate.WaitAsync(atLeast, TimeSpan.FromMinutes(1), TimeProvider.System, cancellationToken);
}
