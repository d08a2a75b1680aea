using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OrleansRegistry.Backups;
using OrleansRegistry.Objects;
using OrleansRegistry.Settings;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Tests.Backups;

public sealed class BackupScheduleTests : IAsyncLifetime
{
    private readonly Storage.Sqlite.SqliteStore store = TestStores.InMemory();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private bool isMine = true;

    [Fact]
    public async Task One_a_day_and_one_that_was_missed()
    {
        using var backups = Scheduled("0 2 * * *");
        var schedule = Schedule(backups);

        // There is none of this morning.
        Assert.True(await schedule.CheckAsync(CancellationToken.None));
        for (var hour = 0; hour < 24 * 5; hour++)
        {
            Assert.Equal(time.GetUtcNow().Hour == 2, await schedule.CheckAsync(CancellationToken.None));
            time.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal(6, (await backups.All.ListAsync()).Count);

        // Another process finds that of this morning, and makes the next.
        var next = Schedule(backups);
        Assert.False(await next.CheckAsync(CancellationToken.None));
        time.Advance(TimeSpan.FromDays(1));
        Assert.True(await next.CheckAsync(CancellationToken.None));
        Assert.False(await schedule.CheckAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Whose_share_it_is_not_makes_none_until_it_is()
    {
        using var backups = Scheduled("@hourly");
        var schedule = Schedule(backups);
        isMine = false;
        Assert.False(await schedule.CheckAsync(CancellationToken.None));
        isMine = true;
        Assert.True(await schedule.CheckAsync(CancellationToken.None));
    }

    [Fact]
    public async Task One_that_failed_is_tried_again_with_pauses()
    {
        using var backups = Scheduled("0 2 * * *");
        var schedule = Schedule(backups);
        backups.Objects.BeforeKept = _ => throw new ObjectStoreException(ObjectStoreError.Unavailable, "no answer");
        var tries = 0;
        for (var minute = 0; minute < 120; minute++)
        {
            try
            {
                Assert.False(await schedule.CheckAsync(CancellationToken.None));
            }
            catch (RegistryException)
            {
                tries++;
            }

            time.Advance(TimeSpan.FromMinutes(1));
        }

        // After 0, 1, 3, 7, 15, 31, 63 minutes.
        Assert.Equal(7, tries);
        Assert.NotNull(backups.FaultInHealth);
        backups.Objects.BeforeKept = null;
        time.Advance(TimeSpan.FromHours(1));
        Assert.True(await schedule.CheckAsync(CancellationToken.None));
        Assert.Null(backups.FaultInHealth);
    }

    [Fact]
    public async Task The_newest_is_told_whoever_made_it()
    {
        using var backups = Scheduled("0 2 * * *");
        var made = await backups.All.MakeAsync();
        using var others = new TestBackups(store, backups.Options.Backups, time, backups.Objects);
        await Schedule(others).LookNowAndThenAsync(CancellationToken.None);
        Assert.Equal((made.BegunAt, made.Size, 0), (others.Status.Last!.At, others.Status.Last.Bytes, others.Status.Made));
    }

    [Theory]
    [InlineData("every day")]
    [InlineData("61 * * * *")]
    [InlineData("0 0 30 2 *")]
    public void A_schedule_that_is_none_stops_the_start(string text)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("BACKUP_SCHEDULE", text)]).Build();
        var fault = Assert.Throws<SettingException>(() => RegistrySettings.Read(configuration));
        Assert.Contains("BACKUP_SCHEDULE", fault.Message, StringComparison.Ordinal);
        Assert.Contains("cron expression", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cluster_must_name_a_place()
    {
        (string, string?)[] settings = [("BACKUP_SCHEDULE", "@daily"), ("REGISTRY_CLUSTERING", "postgres"), ("DATABASE_URL", "postgresql://u@h/d")];
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Item1, setting.Item2))).Build();
        var options = RegistrySettings.Read(configuration);
        Assert.Contains("BACKUP_STORE", Assert.Throws<SettingException>(() => RegistrySettings.Check(options)).Message, StringComparison.Ordinal);
        options.Backups = options.Backups with { Place = ObjectPlace.OfFolder("/shared") };
        RegistrySettings.Check(options);
    }

    [Fact]
    public void What_a_killed_process_left_of_a_copy_is_removed()
    {
        using var folder = new TempFolder();
        var options = new BackupOptions { TempFolder = folder.Path };
        var left = TemporaryCopy.Create(options);
        System.IO.Directory.SetLastWriteTimeUtc(left.Folder, DateTime.UtcNow.AddDays(-3));
        using var mine = TemporaryCopy.Create(options);
        using var other = TemporaryCopy.Create(options);
        Assert.False(System.IO.Directory.Exists(left.Folder));
        Assert.True(System.IO.Directory.Exists(mine.Folder));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, new DirectoryInfo(mine.Folder).UnixFileMode);
        }
    }

    [Fact]
    public async Task A_registry_makes_them_by_itself()
    {
        var objects = new MemoryObjects(TimeProvider.System);
        await using var registry = await RegistryHost.StartAsync(
            options => options.Backups = options.Backups with { Schedule = "0 2 * * *" },
            services: services => services.AddKeyedSingleton<IObjectStore>(BackupServices.StoreKey, objects));
        var backups = registry.Services.GetRequiredService<IRegistryBackups>();
        await Eventually.TrueAsync(
            () => objects.All.Keys.Any(name => name.EndsWith(BackupManifest.FileName, StringComparison.Ordinal)), "the backup");
        Assert.Equal(BackupForm.Sqlite, Assert.Single(await backups.ListAsync()).Form);
    }

    public async ValueTask InitializeAsync() => await store.OpenAsync(CancellationToken.None);

    public ValueTask DisposeAsync() => store.DisposeAsync();

    private TestBackups Scheduled(string schedule) => new(store, new BackupOptions { Schedule = schedule }, time);

    private BackupSchedule Schedule(TestBackups backups) =>
        new(backups.Maker, backups.Catalog, () => isMine, backups.Health, backups.Status, backups.Options, time);
}
