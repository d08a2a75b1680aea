using System.IO.Compression;
using System.Text;
using Microsoft.Extensions.Options;
using OrleansRegistry.Backups;
using OrleansRegistry.Objects;
using OrleansRegistry.Tests.Transfer;

namespace OrleansRegistry.Tests.Backups;

/// <summary>What verify and restore say of backups that were changed since they were made.</summary>
[Collection(BackupCollection.Name)]
public sealed class BackupDamageTests(FilledStore filled) : IDisposable
{
    private readonly TempFolder folder = new();

    [Theory]
    [InlineData(BackupForm.Sqlite, "cut", "cut off")]
    [InlineData(BackupForm.Sqlite, "changed", "was changed")]
    [InlineData(BackupForm.Sqlite, "longer", "it was changed or cut off")]
    [InlineData(BackupForm.Sqlite, "missing", "is missing")]
    [InlineData(BackupForm.Sqlite, "swapped", "was changed")]
    [InlineData(BackupForm.Sqlite, "bomb", "unpacks to more than the")]
    [InlineData(BackupForm.Export, "cut", "cut off")]
    [InlineData(BackupForm.Export, "changed", "was changed")]
    [InlineData(BackupForm.Export, "missing", "is missing")]
    public async Task A_damaged_part_is_named_and_nothing_is_restored(BackupForm form, string damage, string message)
    {
        using var backups = Over(form);
        var backup = await backups.All.MakeAsync();
        var other = backups.Objects.All[backups.NameOf(backup, 0)].Content;
        backups.Change(backups.NameOf(backup, 1), content => damage switch
        {
            "cut" => content[..^10],
            "longer" => [.. content, 0],
            "missing" => null,
            "swapped" => other,
            "bomb" => Transfers.Gzip(new byte[5_000_000]),
            _ => Flipped(content, content.Length / 2),
        });

        var found = await backups.All.VerifyAsync(backup.Name);
        Assert.Equal(damage == "swapped" && found.Faults.Count == 1, damage == "swapped");
        var fault = Assert.Single(found.Faults);
        Assert.Contains(backup.Parts[1].Name, fault, StringComparison.Ordinal);
        Assert.Contains(message, fault, StringComparison.Ordinal);

        var target = Target();
        var refusal = await Assert.ThrowsAsync<RegistryException>(
            () => StoreBackups.RestoreAsync(target, backups.Objects, backup.Name, new BackupRestore()));
        Assert.Equal(RegistryError.Unreadable, refusal.Error);
        Assert.Contains(backup.Parts[1].Name, refusal.Message, StringComparison.Ordinal);
        Assert.True(await IsEmptyAsync(target));
    }

    /// <summary>Whoever can write there can make parts and manifest fit each other: what they hold is looked at too.</summary>
    [Theory]
    [InlineData(BackupForm.Sqlite, "\"revision\": ", "revision")]
    [InlineData(BackupForm.Sqlite, "\"agents\": ", "agents, and the manifest says")]
    [InlineData(BackupForm.Export, "\"agents\": ", "agents, and the manifest says")]
    public async Task A_manifest_that_tells_something_else_is_told(BackupForm form, string member, string message)
    {
        using var backups = Over(form);
        var backup = await backups.All.MakeAsync();
        backups.Change(
            TestBackups.ManifestOf(backup),
            content => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(content).Replace(member, member + "1", StringComparison.Ordinal)));
        Assert.Contains(message, Assert.Single((await backups.All.VerifyAsync(backup.Name)).Faults), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_of_the_database_that_was_damaged_before_the_backup_is_found()
    {
        using var backups = Over(BackupForm.Sqlite);
        var backup = await backups.All.MakeAsync();
        var manifest = await backups.Reader.ManifestAsync(backup.Name, CancellationToken.None);

        // As if the damage were in the database: the part fits the manifest.
        var name = backups.NameOf(backup, 1);
        var content = Unpacked(backups.Objects.All[name].Content);
        for (var i = 0; i < content.Length; i += 100)
        {
            content[i] ^= 0xff;
        }

        var packed = Transfers.Gzip(content);
        var sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(packed));
        BackupPart[] parts = [.. backup.Parts];
        parts[1] = parts[1] with { Size = packed.Length, Sha256 = sha256 };
        backups.Change(name, _ => packed);
        await backups.Catalog.PutManifestAsync(
            manifest with { Backup = manifest.Backup with { Parts = parts } }, CancellationToken.None);
        Assert.StartsWith("the database: ", Assert.Single((await backups.All.VerifyAsync(backup.Name)).Faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("empty")]
    [InlineData("other")]
    [InlineData("path")]
    public async Task A_damaged_manifest_is_told_and_stays_in_the_list(string damage)
    {
        using var backups = Over(BackupForm.Sqlite);
        var backup = await backups.All.MakeAsync();
        backups.Time.Advance(TimeSpan.FromSeconds(5));
        var good = await backups.All.MakeAsync();
        var other = backups.Objects.All[TestBackups.ManifestOf(good)].Content;
        backups.Change(TestBackups.ManifestOf(backup), content => damage switch
        {
            "cut" => content[..^20],
            "empty" => [],
            "other" => other,
            _ => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(content).Replace("registry.db.0001.gz", "../../x", StringComparison.Ordinal)),
        });
        Assert.StartsWith("its manifest is damaged: ", Assert.Single((await backups.All.VerifyAsync(backup.Name)).Faults), StringComparison.Ordinal);
        var all = await backups.All.ListAsync();
        Assert.Equal([(good.Name, true), (backup.Name, false)], all.Select(one => (one.Name, one.Fault is null)));
    }

    [Theory]
    [InlineData("\"version\": 1", "\"version\": 2", "in version 2 of the format")]
    [InlineData("\"schema\": 1", "\"schema\": 9991", "migration 9991")]
    public async Task A_newer_version_is_told_and_never_removed(string was, string becomes, string message)
    {
        using var backups = Over(BackupForm.Sqlite, new BackupOptions { KeepHourly = 1 });
        var backup = await backups.All.MakeAsync();
        var schema = Storage.Sqlite.SqliteCopy.NewestSchema;
        backups.Change(
            TestBackups.ManifestOf(backup),
            content => Encoding.UTF8.GetBytes(
                Encoding.UTF8.GetString(content)
                    .Replace($"\"schema\": {schema},", "\"schema\": 1,", StringComparison.Ordinal)
                    .Replace(was, becomes, StringComparison.Ordinal)));
        var refusal = await Assert.ThrowsAsync<RegistryException>(() => backups.All.VerifyAsync(backup.Name));
        Assert.Equal(RegistryError.NotSupported, refusal.Error);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RegistryException>(() => backups.All.RestoreAsync(backup.Name, new BackupRestore { Replace = true }));

        backups.Time.Advance(TimeSpan.FromHours(3));
        var good = await backups.All.MakeAsync();
        Assert.Equal([(good.Name, false), (backup.Name, true)], (await backups.All.ListAsync()).Select(one => (one.Name, one.IsNewer)));
    }

    [Fact]
    public async Task A_wrong_key_is_told_as_such()
    {
        await using var right = Encrypted('1');
        using var backups = new TestBackups(filled.Store, place: right);
        var backup = await backups.All.MakeAsync();
        Assert.True((await backups.All.VerifyAsync(backup.Name)).IsGood);

        foreach (var key in (char?[])['2', null])
        {
            await using var wrong = Encrypted(key);
            using var others = new TestBackups(filled.Store, new BackupOptions { KeepHourly = 1 }, place: wrong);
            var refusal = await Assert.ThrowsAsync<RegistryException>(() => others.All.VerifyAsync(backup.Name));
            Assert.Equal(RegistryError.Unavailable, refusal.Error);
            Assert.Contains("key", refusal.Message, StringComparison.Ordinal);
            Assert.Empty(await others.All.PruneAsync());
            Assert.Contains("key", Assert.Single(await others.All.ListAsync()).Fault, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        using var backups = Over(BackupForm.Sqlite);
        foreach (var name in (string[])["20260301T120000Z-00000000", "nothing", "../..", ""])
        {
            Assert.Equal(
                RegistryError.NotFound,
                (await Assert.ThrowsAsync<RegistryException>(() => backups.All.VerifyAsync(name))).Error);
            Assert.Equal(RegistryError.NotFound, (await Assert.ThrowsAsync<RegistryException>(() => backups.All.GetAsync(name))).Error);
        }
    }

    public void Dispose() => folder.Dispose();

    private static byte[] Flipped(byte[] content, int place)
    {
        content[place] ^= 0x10;
        return content;
    }

    private static byte[] Unpacked(byte[] packed)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var content = new MemoryStream();
        gzip.CopyTo(content);
        return content.ToArray();
    }

    private TestBackups Over(BackupForm form, BackupOptions? options = null) =>
        new(form == BackupForm.Sqlite ? filled.Store : new StoreProbe(filled.Store, isOpen: true), options);

    private IObjectStore Encrypted(char? key) => new ObjectStores([], Options.Create(new ObjectOptions
    {
        EncryptionKey = key is { } digit ? new string(digit, 64) : null,
    })).Open(ObjectPlace.OfFolder(Path.Combine(folder.Path, "place")));

    private RegistryOptions Target() => new() { StorageType = StorageType.Sqlite, DataDirectory = Path.Combine(folder.Path, "restored") };

    private static async Task<bool> IsEmptyAsync(RegistryOptions target)
    {
        await using var store = RegistryStores.Create(target);
        await store.OpenAsync(CancellationToken.None);
        return await store.CurrentRevisionAsync(AgentKind.Kind) == 0;
    }
}
