using OrleansRegistry.Trust.Tenants;

namespace OrleansRegistry.Tests.Trust;

/// <summary>The places of a quota.</summary>
public sealed class PlacesTests
{
    [Fact]
    public async Task A_count_that_failed_is_made_again_by_the_next_who_asks()
    {
        var counts = 0;
        var places = new Places(
            () => ++counts == 1 ? throw new RegistryException(RegistryError.Unavailable, "down") : Task.FromResult(1L),
            _ => Task.FromResult(false),
            TimeProvider.System);
        await Assert.ThrowsAsync<RegistryException>(() => places.TakeAsync("a", 2));
        Assert.Null(await places.TakeAsync("a", 2));
        Assert.Equal(2, await places.TakeAsync("b", 2));
    }
}
