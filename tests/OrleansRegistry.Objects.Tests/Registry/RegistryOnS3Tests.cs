using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Backups;
using OrleansRegistry.Hosting;
using OrleansRegistry.Objects.Tests.Support;

namespace OrleansRegistry.Objects.Tests.Registry;

/// <summary>What registries keep as objects, on a server that speaks S3, encrypted.</summary>
public sealed class RegistryOnS3Tests(RegistryOnS3 registry, StoreServers servers) : IClassFixture<RegistryOnS3>, IAsyncLifetime
{
    private static readonly Caller Alice = new("acme", "alice");

    private readonly TemporaryFolder folder = new();

    public async ValueTask InitializeAsync() => await registry.StartAsync(servers);

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_snapshot_is_saved_listed_loaded_verified_and_imported()
    {
        var snapshots = registry.Services.GetRequiredService<ISnapshotStore>();

        // More than three chunks of the encryption, and nothing that gzip makes smaller.
        var state = $$"""{"noise":"{{Convert.ToBase64String(Bytes.Random(200_000))}}"}""";
        var saved = await snapshots.SaveAsync(
            Alice, new SnapshotSave { AgentId = "a", SessionId = "s" }, Bytes.Stream(Encoding.UTF8.GetBytes(state)));
        Assert.Equal(saved, Assert.Single((await snapshots.ListAsync(Alice)).Snapshots));
        Assert.Equal(saved, await snapshots.VerifyAsync(Alice, "a", saved.Id));
        await using (var content = await snapshots.OpenAsync(Alice, "a", saved.Id))
        {
            Assert.Equal(state, await new StreamReader(content.Stream).ReadToEndAsync());
        }

        await using (var file = await snapshots.OpenFileAsync(Alice, "a", saved.Id))
        {
            var bob = new Caller("other", "bob");
            var imported = await snapshots.ImportAsync(bob, "a", file.Stream);
            Assert.Equal(saved.ContentHash, (await snapshots.VerifyAsync(bob, "a", imported.Id)).ContentHash);
            await snapshots.DeleteAsync(bob, "a", imported.Id);
        }

        await using var plain = registry.Open();
        var name = Assert.Single(await plain.NamesAsync(""), name => name.Contains("/acme/a/", StringComparison.Ordinal));
        await SpoilAsync(plain, name, "is damaged", "is encrypted with the key", async refusal =>
        {
            var refused = await Assert.ThrowsAsync<RegistryException>(() => snapshots.VerifyAsync(Alice, "a", saved.Id));
            Assert.Contains(refusal, refused.ToString(), StringComparison.Ordinal);
        });
        Assert.Equal(saved, await snapshots.VerifyAsync(Alice, "a", saved.Id));
    }

    [Fact]
    public async Task A_backup_is_made_listed_verified_and_restored()
    {
        var card = Encoding.UTF8.GetBytes($$"""{"name":"weather","x-noise":"{{Convert.ToBase64String(Bytes.Random(150_000))}}"}""");
        await registry.Services.GetRequiredService<IAgentRegistry>().RegisterAsync(Alice, new AgentRegistration(card, "weather"));
        var backups = registry.Services.GetRequiredService<IRegistryBackups>();
        var made = await backups.MakeAsync();
        await using var right = registry.Open("one");
        Assert.Equal(made.Name, Assert.Single(await StoreBackups.ListAsync(right)).Name);
        Assert.Empty((await backups.VerifyAsync(made.Name)).Faults);

        var target = new RegistryOptions { DataDirectory = folder.File("data") };
        await StoreBackups.RestoreAsync(target, right, made.Name, new BackupRestore());
        await using (var store = RegistryStores.Create(target))
        {
            await store.OpenAsync(CancellationToken.None);
            using var export = new MemoryStream();
            await RegistryStores.Transfer(store, target).ExportAsync(new ExportRequest(), export);
            Assert.Contains(Encoding.UTF8.GetString(card), Encoding.UTF8.GetString(export.ToArray()), StringComparison.Ordinal);
        }

        await using var wrong = registry.Open("two");
        var foreign = Assert.Single(await StoreBackups.ListAsync(wrong));
        Assert.StartsWith("the key that encrypts it is not the one that is set", foreign.Fault, StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<RegistryException>(
            () => StoreBackups.RestoreAsync(Empty(), wrong, made.Name, new BackupRestore()));
        Assert.Contains(foreign.Fault!.Split(';')[0], refused.Message, StringComparison.Ordinal);

        await using var plain = registry.Open();
        var part = $"backups/{made.Name}/{made.Parts[^1].Name}";
        await SpoilAsync(plain, part, "it cannot be decrypted", "is encrypted with another key", async refusal =>
        {
            Assert.Contains(refusal, Assert.Single((await backups.VerifyAsync(made.Name)).Faults), StringComparison.Ordinal);
            var target = Empty();
            await Assert.ThrowsAsync<RegistryException>(() => StoreBackups.RestoreAsync(target, right, made.Name, new BackupRestore()));
            Assert.False(File.Exists(Path.Combine(target.DataDirectory, "registry.db")));
        });
        Assert.Empty((await backups.VerifyAsync(made.Name)).Faults);
    }

    private RegistryOptions Empty() => new() { DataDirectory = folder.File($"{Guid.NewGuid():N}") };

    /// <summary>Puts half an object in its place, and one that another key encrypts; then it is again as it was.</summary>
    private async Task SpoilAsync(IObjectStore plain, string name, string ofHalf, string ofKey, Func<string, Task> checkAsync)
    {
        var stored = await plain.ReadAsync(name);
        Assert.NotEqual([0x1f, 0x8b], stored[..2]);
        await plain.PutAsync(name, Bytes.Stream(stored[..(stored.Length / 2)]));
        await checkAsync(ofHalf);
        await plain.PutAsync(name, Bytes.Stream(stored));

        await using var right = registry.Open("one");
        var content = await right.ReadAsync(name);
        await using var wrong = registry.Open("two");
        await wrong.PutAsync(name, Bytes.Stream(content));
        await checkAsync(ofKey);
        await plain.PutAsync(name, Bytes.Stream(stored));
    }
}
