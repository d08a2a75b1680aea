namespace OrleansRegistry.Directory.Tests;

public sealed class RevisionGateTests
{
    private readonly RevisionGate gate = new();

    [Fact]
    public async Task A_waiter_is_let_through_by_its_revision_and_by_any_later_one()
    {
        Advance(1);
        Assert.True(Wait(1).IsCompletedSuccessfully);
        var (second, third) = (Wait(2), Wait(3));
        Advance(2);
        await second;
        Assert.False(third.IsCompleted);
        Advance(7);
        await third;
        Assert.Equal(0, gate.Waiting);
    }

    [Fact]
    public async Task Every_revision_of_a_later_history_comes_after_those_before()
    {
        Advance(7);
        var (old, late) = (Wait(9), gate.WaitAsync(new RegistryPosition(1, 3), TimeSpan.FromMinutes(1), TimeProvider.System, CancellationToken.None));
        gate.Advance(new RegistryPosition(1, 2));
        await old;
        Assert.False(late.IsCompleted);
        Advance(100);
        Assert.Equal(new RegistryPosition(1, 2), gate.Position);
        gate.Advance(new RegistryPosition(1, 3));
        await late;
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

    private void Advance(long revision) => gate.Advance(new RegistryPosition(0, revision));

    private Task Wait(long atLeast, CancellationToken cancellationToken = default) =>
        gate.WaitAsync(new RegistryPosition(0, atLeast), TimeSpan.FromMinutes(1), TimeProvider.System, cancellationToken);
}
