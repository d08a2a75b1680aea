using OrleansRegistry.Backups;
using OrleansRegistry.Objects;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Shared;
using OrleansRegistry.Tests.Transfer;

namespace OrleansRegistry.Tests.Backups;

/// <summary>What becomes of backups whose making is cut short.</summary>
[Collection(BackupCollection.Name)]
public sealed class BackupFaultTests(FilledStore filled)
{
    [Theory]
    [InlineData(BackupForm.Sqlite)]
    [InlineData(BackupForm.Export)]
    public async Task Where_the_place_fills_in_the_middle_the_one_before_stays(BackupForm form)
    {
        using var backups = Over(form);
        var before = await backups.All.MakeAsync();
        backups.Time.Advance(TimeSpan.FromHours(1));
        var puts = 0;
        backups.Objects.BeforeKept = _ =>
        {
            if (Interlocked.Increment(ref puts) > 2)
            {
                throw new ObjectStoreException(ObjectStoreError.Full, "No room left in /secret/place.");
            }
        };
        var refusal = await Assert.ThrowsAsync<RegistryException>(() => backups.All.MakeAsync());
        Assert.Equal(RegistryError.StorageFull, refusal.Error);
        Assert.DoesNotContain("/secret", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("2026-03-01T13:00:00Z failed", backups.FaultInHealth, StringComparison.Ordinal);
        Assert.Contains("2026-03-01T12:00:00Z", backups.FaultInHealth, StringComparison.Ordinal);
        Assert.Equal((1, 1), (backups.Status.Made, backups.Status.NotMade));

        // What was written of it is gone at once: the room is needed.
        Assert.All(backups.Objects.All.Keys, name => Assert.Contains(before.Name, name, StringComparison.Ordinal));
        Assert.True((await backups.All.VerifyAsync(before.Name)).IsGood);

        backups.Objects.BeforeKept = null;
        backups.Time.Advance(TimeSpan.FromHours(1));
        await backups.All.MakeAsync();
        Assert.Null(backups.FaultInHealth);
    }

    [Fact]
    public async Task A_process_that_dies_before_the_manifest_leaves_no_backup()
    {
        using var backups = Over(BackupForm.Sqlite, new BackupOptions { KeepDaily = 5 });
        var before = await backups.All.MakeAsync();
        backups.Time.Advance(TimeSpan.FromHours(1));
        backups.Objects.BeforeKept = name =>
        {
            if (name.EndsWith(BackupManifest.FileName, StringComparison.Ordinal))
            {
                backups.Objects.BeforeDelete = _ => throw Dead();
                throw Dead();
            }
        };
        await Assert.ThrowsAsync<RegistryException>(() => backups.All.MakeAsync());
        backups.Objects.BeforeKept = null;
        backups.Objects.BeforeDelete = null;
        var left = backups.Objects.All.Count;
        Assert.True(left > before.Parts.Count + 1);
        Assert.Equal([before.Name], (await backups.All.ListAsync()).Select(backup => backup.Name));

        // It may still be at work.
        backups.Time.Advance(BackupPruning.Grace - TimeSpan.FromMinutes(1));
        Assert.Empty(await backups.All.PruneAsync());
        Assert.Equal(left, backups.Objects.All.Count);
        backups.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Empty(await backups.All.PruneAsync());
        Assert.Equal(before.Parts.Count + 1, backups.Objects.All.Count);
        Assert.True((await backups.All.VerifyAsync(before.Name)).IsGood);
    }

    [Theory]
    [InlineData("registry.db.0002.gz")]
    [InlineData(BackupManifest.FileName)]
    public async Task A_store_that_keeps_nothing_is_found_out(string forgotten)
    {
        using var backups = Over(BackupForm.Sqlite);
        backups.Objects.Forgets = name => name.EndsWith(forgotten, StringComparison.Ordinal);
        var refusal = await Assert.ThrowsAsync<RegistryException>(() => backups.All.MakeAsync());
        Assert.Equal(RegistryError.Unavailable, refusal.Error);
        Assert.Empty(backups.Objects.All);
    }

    [Fact]
    public async Task A_backup_is_removed_manifest_first()
    {
        using var backups = Over(BackupForm.Sqlite, new BackupOptions { KeepHourly = 1 });
        var old = await backups.All.MakeAsync();
        backups.Time.Advance(TimeSpan.FromHours(1));
        var deletes = 0;
        backups.Objects.BeforeDelete = _ =>
        {
            if (Interlocked.Increment(ref deletes) == 3)
            {
                throw Dead();
            }
        };

        // The backup is made all the same; what is in the way of the retention is logged.
        var newest = await backups.All.MakeAsync();
        backups.Objects.BeforeDelete = null;
        Assert.Equal("-" + TestBackups.ManifestOf(old), backups.Objects.Calls.First(call => call[0] == '-'));
        Assert.Equal([newest.Name], (await backups.All.ListAsync()).Select(backup => backup.Name));
        Assert.Contains(backups.Objects.All.Keys, name => name.Contains(old.Name, StringComparison.Ordinal));
        backups.Time.Advance(BackupPruning.Grace + TimeSpan.FromMinutes(1));
        await backups.All.PruneAsync();
        Assert.DoesNotContain(backups.Objects.All.Keys, name => name.Contains(old.Name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Only_one_is_made_at_a_time()
    {
        using var backups = Over(BackupForm.Sqlite);
        using var go = new ManualResetEventSlim();
        backups.Objects.BeforeKept = _ => go.Wait(TimeSpan.FromSeconds(20));
        var first = Task.Run(() => backups.All.MakeAsync());
        await Eventually.TrueAsync(() => backups.Maker.IsBusy, "the backup");
        Assert.Equal(RegistryError.Busy, (await Assert.ThrowsAsync<RegistryException>(() => backups.All.MakeAsync())).Error);
        go.Set();
        await first;
        Assert.Single(await backups.All.ListAsync());
    }

    [Fact]
    public async Task A_backup_that_is_given_up_leaves_nothing_and_is_no_fault()
    {
        using var backups = Over(BackupForm.Export);
        using var stop = new CancellationTokenSource();
        backups.Objects.BeforeKept = _ => stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => backups.All.MakeAsync(progress: null, stop.Token));
        Assert.Empty(backups.Objects.All);
        Assert.Null(backups.FaultInHealth);
    }

    private static ObjectStoreException Dead() => new(ObjectStoreError.Unavailable, "The store does not answer.");

    private TestBackups Over(BackupForm form, BackupOptions? options = null) =>
        new(form == BackupForm.Sqlite ? filled.Store : new StoreProbe(filled.Store, isOpen: true), options);
}
