using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Storage.Tests.Postgres;

/// <summary>A PgBouncer between, with the settings that it comes with.</summary>
public sealed class PgBouncerTests
{
    [Fact]
    public async Task A_pooler_of_sessions_serves_as_the_server_does()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var pooler = await PgBouncer.StartAsync(database.Settings, "session");
        var options = database.Options() with { ConnectionString = pooler.ConnectionString };
        await using var one = await database.OpenAsync(options);
        await using var other = await database.OpenAsync(options);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            Assert.NotEqual(0, await (i % 2 == 0 ? one : other).PutAsync($"a{i}", 0, "1"));
            await one.WriteAsync(TaskKind.Kind, Records.Key($"t{i}"), 0, Records.Body("t"));
            Assert.NotNull(await other.ReadAsync(TaskKind.Kind, Records.Key($"t{i}")));
        }));
        Assert.Equal(200, (await one.AllAsync()).Count);
        Assert.Equal(200, (await other.ChangesAsync(0)).Count);
    }

    [Theory]
    [InlineData("transaction")]
    [InlineData("statement")]
    public async Task A_pooler_of_transactions_is_refused_with_what_to_set(string mode)
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var pooler = await PgBouncer.StartAsync(database.Settings, mode);
        var refusal = await Assert.ThrowsAsync<StoreStartException>(
            () => database.OpenAsync(database.Options() with { ConnectionString = pooler.ConnectionString }));
        Assert.Contains("pool_mode=session", refusal.Message);
    }
}
