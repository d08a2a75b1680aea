namespace OrleansRegistry.Tests.Grains;

public sealed class KnownIdsTests
{
    [Theory]
    [InlineData(true, false, 1)]
    [InlineData(false, true, 3)]
    [InlineData(null, false, 3)]
    public async Task Only_what_was_found_is_not_looked_for_again(bool? isThere, bool isUnknown, int looks)
    {
        var store = new Store { Answer = isThere };
        var known = new KnownIds(store, TaskKind.Kind);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(isUnknown, await known.IsUnknownAsync(new RecordKey("t", "a")));
        }

        Assert.Equal(looks, store.Looks);
    }

    [Fact]
    public async Task No_more_is_remembered_than_there_is_room_for()
    {
        var store = new Store { Answer = true };
        var known = new KnownIds(store, TaskKind.Kind);
        for (var i = 0; i <= KnownIds.Most; i++)
        {
            await known.IsUnknownAsync(new RecordKey("t", $"{i}"));
        }

        // All were forgotten at once: each is looked for again, and then remembered.
        await known.IsUnknownAsync(new RecordKey("t", "0"));
        await known.IsUnknownAsync(new RecordKey("t", "0"));
        Assert.Equal(KnownIds.Most + 2, store.Looks);
    }

    private sealed class Store() : DelegatingStore(TestStores.InMemory())
    {
        public bool? Answer { get; init; }

        public int Looks { get; private set; }

        public override ValueTask<bool?> HasAsync(RecordKind kind, RecordKey key, CancellationToken cancellationToken = default)
        {
            Looks++;
            return ValueTask.FromResult(Answer);
        }
    }
}
