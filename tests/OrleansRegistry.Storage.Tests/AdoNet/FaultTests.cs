using Microsoft.Extensions.Logging.Abstractions;
using OrleansRegistry.Storage.AdoNet;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Shared;
using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests.AdoNet;

public sealed class FaultTests : IAsyncLifetime
{
    private TestDatabase? database;

    private TestDatabase Database => database!;

    public async ValueTask InitializeAsync() => database = await TestDatabase.CreateAdoNetAsync();

    public ValueTask DisposeAsync() => Database.DisposeAsync();

    [Theory]
    [InlineData(Cut.BeforeRequest)]
    [InlineData(Cut.WithinRequest)]
    [InlineData(Cut.BeforeAnswer)]
    public async Task A_connection_cut_at_the_write_makes_no_answer_wrong(Cut cut)
    {
        using var proxy = Proxy();
        await using var store = await OpenAsync(Through(proxy));
        var version = await store.PutAsync("a", 0, "1");
        for (var i = 0; i < 5; i++)
        {
            proxy.CutAt($"cut-me-{i}", cut);
            version = await store.PutAsync("a", version, $"cut-me-{i}");
            Assert.Equal((i + 2, Body($"cut-me-{i}")), (version, (await store.GetAsync("a"))!.Body));
        }

        Assert.Equal(5, proxy.Cuts);
        Assert.Equal(6, await store.CurrentRevisionAsync(AgentKind.Kind));
    }

    [Fact]
    public async Task Connections_cut_at_any_moment_under_load_make_no_answer_wrong()
    {
        using var proxy = Proxy();
        await using var store = await OpenAsync(Through(proxy));
        var load = new WriteLoad(store, 16);
        load.Start();
        for (var round = 0; round < 10; round++)
        {
            await load.AcknowledgesAsync(30 + (round * 7 % 50));
            proxy.CutAll();
        }

        await load.AcknowledgesAsync(50);
        await load.StopAndCheckAsync();
    }

    [Fact]
    public async Task A_server_that_is_killed_under_load_loses_nothing()
    {
        await using var server = await TestServer.PrivateAsync();
        await using var own = await TestDatabase.CreateEmptyAsync(server.Url);
        await using var store = await OpenAsync(own.Options() with { RetryDelay = TimeSpan.FromMilliseconds(100) });
        var load = new WriteLoad(store, 16);
        load.Start();
        await load.AcknowledgesAsync(200);
        await server.KillAsync();
        await server.StartAsync();
        await load.AcknowledgesAsync(200);
        await load.StopAndCheckAsync();
        Assert.Equal(0, store.History);
    }

    [Fact]
    public async Task A_database_that_is_away_is_told_as_such()
    {
        using var proxy = Proxy();
        await using var store = await OpenAsync(Through(proxy));
        var version = await store.PutAsync("a", 0, "1");
        proxy.Down = true;
        proxy.CutAll();
        RegistryException? refusal = null;
        while (refusal is null)
        {
            // As long as the pool has connections that it believes in, nobody can tell what was stored.
            var fault = await Record.ExceptionAsync(async () => await store.PutAsync("b", 0, "2"));
            refusal = fault as RegistryException;
            Assert.True(fault is RegistryException or RecordOutcomeUnknownException, $"{fault}");
        }

        Assert.Equal(RegistryError.Unavailable, refusal.Error);
        Assert.NotNull(refusal.RetryAfter);
        proxy.Down = false;
        Assert.Equal(version + 1, await store.PutAsync("b", 0, "2"));
    }

    private CuttingProxy Proxy() => new(Database.Settings.Host!, Database.Settings.Port);

    private PostgresStoreOptions Through(CuttingProxy proxy) => Database.Options() with
    {
        ConnectionString = new Npgsql.NpgsqlConnectionStringBuilder(Database.Settings.ConnectionString)
        {
            Host = "127.0.0.1", Port = proxy.Port, SslMode = Npgsql.SslMode.Disable,
        }.ConnectionString,
    };

    private static async Task<AdoNetStore> OpenAsync(PostgresStoreOptions options)
    {
        var store = new AdoNetStore(options, AgentKind.Kind, Kinds.All, NullLoggerFactory.Instance);
        await store.OpenAsync(CancellationToken.None);
        return store;
    }
}
