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
        await table.InitializeMembershipTable(tryInitTableVersion: true);
        await table.InitializeMembershipTable(tryInitTableVersion: true);
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
        Assert.True(await table!.InsertRow(silo, (await table.ReadAll()).Version.Next()));
        silo.AddSuspector(Silo(2).SiloAddress, new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        silo.Status = SiloStatus.Active;
        Assert.True(await table.UpdateRow(silo, "", (await table.ReadAll()).Version.Next()));

        var read = await table.ReadRow(silo.SiloAddress);
        Assert.Equal(2, read.Version.Version);
        var (entry, _) = Assert.Single(read.Members);
        Assert.Equal(
            (silo.SiloAddress, silo.SiloName, silo.HostName, silo.Status, silo.ProxyPort, silo.StartTime, silo.IAmAliveTime),
            (entry.SiloAddress, entry.SiloName, entry.HostName, entry.Status, entry.ProxyPort, entry.StartTime, entry.IAmAliveTime));
        Assert.Equal(silo.SuspectTimes, entry.SuspectTimes);
        Assert.Empty((await table.ReadRow(Silo(2).SiloAddress)).Members);
        Assert.Empty((await NewClusterAsync("another")).Members);
    }

    [Fact]
    public async Task What_is_refused_changes_neither_the_row_nor_the_version()
    {
        Assert.True(await table!.InsertRow(Silo(1), (await table.ReadAll()).Version.Next()));
        var next = (await table.ReadAll()).Version.Next();
        var stale = new TableVersion(1, "0");

        Assert.False(await table.InsertRow(Silo(1), next));
        Assert.False(await table.InsertRow(Silo(2), stale));
        Assert.False(await table.UpdateRow(Silo(3), "", next));
        var dead = Silo(1);
        dead.Status = SiloStatus.Dead;
        Assert.False(await table.UpdateRow(dead, "", stale));

        var read = await table.ReadAll();
        Assert.Equal(1, read.Version.Version);
        Assert.Equal(SiloStatus.Joining, Assert.Single(read.Members).Item1.Status);
    }

    [Fact]
    public async Task Of_a_crowd_that_changes_one_version_one_wins()
    {
        for (var round = 0; round < 5; round++)
        {
            var next = (await table!.ReadAll()).Version.Next();
            var won = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() => table.InsertRow(Silo((round * 100) + i + 1), next))));
            Assert.Single(won, true);
            var read = await table.ReadAll();
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
            Assert.True(await table!.InsertRow(silo, (await table.ReadAll()).Version.Next()));
        }

        var late = Silo((int)SiloStatus.Dead);
        late.IAmAliveTime = DateTime.UtcNow;
        await table!.UpdateIAmAlive(late);
        await table.CleanupDefunctSiloEntries(DateTimeOffset.UtcNow.AddDays(-1));
        var read = await table.ReadAll();
        Assert.Equal(all.Except([SiloStatus.Dead]), read.Members.Select(member => member.Item1.Status).Order());
        Assert.Equal(all.Length, read.Version.Version);

        await table.DeleteMembershipTableEntries("one");
        Assert.Empty((await NewClusterAsync("one")).Members);
    }

    [Fact]
    public async Task The_scripts_can_be_taken_back_and_applied_again()
    {
        await using (var migrations = PostgresMigrations.OfClustering(database!.Options(), NullLogger<PostgresMigrations>.Instance))
        {
            Assert.Equal(1, await migrations.DownAsync(0));
            Assert.Equal(0L, await database.QueryAsync<long>("SELECT count(*) FROM pg_class WHERE relname LIKE 'orleans%'"));
            Assert.Equal(1, await migrations.UpAsync());
        }

        Assert.Empty((await NewClusterAsync("one")).Members);
    }

    private async Task<MembershipTableData> NewClusterAsync(string id)
    {
        var other = TableOf(id);
        await other.InitializeMembershipTable(tryInitTableVersion: true);
        return await other.ReadAll();
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
