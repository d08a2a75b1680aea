namespace OrleansRegistry.ClusterTests;

/// <summary>Of those who write on one condition through all replicas at once, one wins.</summary>
public sealed class OneWriterTests(Cluster cluster, ITestOutputHelper output)
{
    [Fact]
    public async Task Each_revision_has_one_winner()
    {
        var addresses = await cluster.AddressesAsync();
        using var client = new Client(addresses);
        var id = $"contended-{Guid.NewGuid():N}";
        long revision = 0;
        for (var round = 0; round < 25; round++)
        {
            var expected = revision;
            var written = await Task.WhenAll(Enumerable.Range(0, 9)
                .Select(i => client.PutAsync(i % client.Replicas, id, $$"""{"name":"n","round":{{round}},"writer":{{i}}}""", expected)));
            var winner = Assert.Single(written, one => one.Outcome == Outcome.Done);
            Assert.All(written.Where(one => one.Outcome != Outcome.Done), one => Assert.Equal(Outcome.Refused, one.Outcome));
            var number = Array.IndexOf(written, winner);
            revision = winner.Revision;
            for (var replica = 0; replica < client.Replicas; replica++)
            {
                var found = await client.GetStrongAsync(replica, id);
                Assert.Equal((revision, number), (found.Revision, found.Card.GetProperty("writer").GetInt32()));
            }
        }
    }

    [Fact]
    public async Task Nothing_is_lost_or_mixed_under_load()
    {
        var addresses = await cluster.AddressesAsync();
        await using var load = new Appends($"calm-{Guid.NewGuid():N}", addresses, Cluster.NewRandom(output));
        load.Start();
        await load.MoreAsync(200);
        await load.VerifyAsync(addresses);
        Assert.Equal(0, load.Failed);
    }
}
