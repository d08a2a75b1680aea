using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Storage.Tests.Postgres;

namespace OrleansRegistry.ClusterTests;

/// <summary>sql/adonet/clustering as Orleans's own provider uses it: the version and the row change together, or not at all.</summary>
public sealed class MembershipTableTests : IAsyncLifetime
{
    private TestDatabase? database;
    private MembershipDatabase? membership;
    private AdoNetClusteringTable? table;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();

        // Upstream's scripts roll back by ASSERT, which this turns off.
        await database.ExecuteAsync($"ALTER DATABASE {database.Settings.Database} SET plpgsql.check_asserts = off");
        membership = new MembershipDatabase(database.Options(), NullLogger<MembershipDatabase>.Instance);
        await membership.OpenAsync(CancellationToken.None);
        table = TableOf("one");
        await table.InitializeMembershipTableAsync(tryInitTableVersion: true);
        await table.InitializeMembershipTableAsync(tryInitTableVersion: true);
    }

    public async ValueTask DisposeAsync()
    {
        await membership!.DisposeAsync();
        await database!.DisposeAsync();
    }

    [Fact]
    public async Task A_member_is_read_as_it_was_written()
    {
        var silo = Silo(1);
        Assert.True(await table!.InsertRowAsync(silo, (await table.ReadAllAsync()).Version.Next()));
        silo.AddSuspector(Silo(2).SiloAddress, new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        silo.Status = SiloStatus.Active;
        Assert.True(await UpdateAsync(silo, (await table.ReadAllAsync()).Version.Next()));

        var read = await table.ReadRowAsync(silo.SiloAddress);
        Assert.Equal(2, read.Version.Version);
        var (entry, _) = Assert.Single(read.Members);
        Assert.Equal(
            (silo.SiloAddress, silo.SiloName, silo.HostName, silo.Status, silo.ProxyPort, silo.StartTime, silo.IAmAliveTime),
            (entry.SiloAddress, entry.SiloName, entry.HostName, entry.Status, entry.ProxyPort, entry.StartTime, entry.IAmAliveTime));
        Assert.Equal(silo.SuspectTimes, entry.SuspectTimes);
        Assert.Empty((await table.ReadRowAsync(Silo(2).SiloAddress)).Members);
        Assert.Empty((await NewClusterAsync("another")).Members);
    }

    [Fact]
    public async Task What_is_refused_changes_neither_the_row_nor_the_version()
    {
        Assert.True(await table!.InsertRowAsync(Silo(1), (await table.ReadAllAsync()).Version.Next()));
        var next = (await table.ReadAllAsync()).Version.Next();
        var stale = new TableVersion(1, "0");

        Assert.False(await table.InsertRowAsync(Silo(1), next));
        Assert.False(await table.InsertRowAsync(Silo(2), stale));
        Assert.False(await UpdateAsync(Silo(3), next));
        var dead = Silo(1);
        dead.Status = SiloStatus.Dead;
        Assert.False(await UpdateAsync(dead, stale));

        var read = await table.ReadAllAsync();
        Assert.Equal(1, read.Version.Version);
        Assert.Equal(SiloStatus.Joining, Assert.Single(read.Members).Item1.Status);
    }

    [Fact]
    public async Task Of_a_crowd_that_changes_one_version_one_wins()
    {
        for (var round = 0; round < 5; round++)
        {
            var next = (await table!.ReadAllAsync()).Version.Next();
            var won = await Task.WhenAll(
                Enumerable.Range(0, 12).Select(i => Task.Run(() => table.InsertRowAsync(Silo((round * 100) + i + 1), next))));
            Assert.Single(won, true);
            var read = await table.ReadAllAsync();
            Assert.Equal((round + 1, round + 1), (read.Version.Version, read.Members.Count));
        }
    }

    [Fact]
    public async Task Only_the_dead_are_cleaned_up_and_no_heartbeat_revives_them()
    {
        SiloStatus[] all = [SiloStatus.Joining, SiloStatus.Active, SiloStatus.ShuttingDown, SiloStatus.Stopping, SiloStatus.Dead];
        foreach (var status in all)
        {
            var silo = Silo((int)status);
            silo.Status = status;
            Assert.True(await table!.InsertRowAsync(silo, (await table.ReadAllAsync()).Version.Next()));
        }

        var late = Silo((int)SiloStatus.Dead);
        late.IAmAliveTime = DateTime.UtcNow;
        await table!.UpdateIAmAliveAsync(late);
        await table.CleanupDefunctSiloEntriesAsync(DateTimeOffset.UtcNow.AddDays(-1));
        var read = await table.ReadAllAsync();
        Assert.Equal(all.Except([SiloStatus.Dead]), read.Members.Select(member => member.Item1.Status).Order());
        Assert.Equal(all.Length, read.Version.Version);

        await table.DeleteMembershipTableEntriesAsync("one");
        Assert.Empty((await NewClusterAsync("one")).Members);
    }

    [Theory]
    [InlineData("UPDATE orleansmembershiptable SET iamalivetime = iamalivetime + interval '1 microsecond'", 1)]
    [InlineData("UPDATE orleansmembershiptable SET suspecttimes = NULL", 1)]
    [InlineData("UPDATE orleansmembershiptable SET status = 3", 1)]
    [InlineData("UPDATE orleansmembershiptable SET hostname = 'other'", 0)]
    public async Task A_dead_row_is_cleaned_up_only_as_it_was_read(string changedMeanwhile, int left)
    {
        var silo = Silo(1);
        Assert.True(await table!.InsertRowAsync(silo, (await table.ReadAllAsync()).Version.Next()));
        silo.Status = SiloStatus.Dead;
        silo.AddSuspector(Silo(2).SiloAddress, new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        Assert.True(await UpdateAsync(silo, (await table.ReadAllAsync()).Version.Next()));

        // The row changes between the provider's look at it and its deletion, as the statement that it deletes by is replaced by one that changes it
        // first.
        await database!.ExecuteAsync($"""
            UPDATE orleansquery SET querytext = 'SELECT change_member(); ' || querytext WHERE querykey = 'CleanupDefunctSiloEntryKey';
            CREATE FUNCTION change_member() RETURNS void LANGUAGE sql AS $${changedMeanwhile}$$;
            """);
        table = TableOf("one");
        await table.InitializeMembershipTableAsync(tryInitTableVersion: false);
        await table.CleanupDefunctSiloEntriesAsync(DateTimeOffset.UtcNow.AddDays(-1));
        Assert.Equal(left, (await table.ReadAllAsync()).Members.Count);
    }

    [Fact]
    public async Task The_scripts_can_be_taken_back_and_applied_again()
    {
        await using (var migrations = PostgresMigrations.OfClustering(database!.Options(), NullLogger<PostgresMigrations>.Instance))
        {
            Assert.Equal(2, await migrations.DownAsync(0));
            Assert.Equal(0L, await database.QueryAsync<long>("SELECT count(*) FROM pg_class WHERE relname LIKE 'orleans%'"));
            Assert.Equal(2, await migrations.UpAsync());
        }

        Assert.Empty((await NewClusterAsync("one")).Members);
    }

    /// <summary>As the membership manager does: a row's ETag is that of the table's version.</summary>
    private Task<bool> UpdateAsync(MembershipEntry silo, TableVersion version) => table!.UpdateRowAsync(silo, version.VersionEtag, version);

    private async Task<MembershipTableData> NewClusterAsync(string id)
    {
        var other = TableOf(id);
        await other.InitializeMembershipTableAsync(tryInitTableVersion: true);
        return await other.ReadAllAsync();
    }

    private AdoNetClusteringTable TableOf(string cluster) => new(
        null!,
        Options.Create(new ClusterOptions { ClusterId = cluster, ServiceId = cluster }),
        Options.Create(new AdoNetClusteringSiloOptions { Invariant = "Npgsql", DataSource = membership!.Source }),
        NullLogger<AdoNetClusteringTable>.Instance);

    private static MembershipEntry Silo(int number) => new()
    {
        SiloAddress = SiloAddress.New(IPAddress.Loopback, 10_000 + number, number),
        SiloName = $"silo-{number}",
        HostName = "host",
        Status = SiloStatus.Joining,
        ProxyPort = 20_000 + number,
        StartTime = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc),
        IAmAliveTime = new DateTime(2026, 1, 1, 0, 0, 1, DateTimeKind.Utc),
    };
}
