using System.IO.Compression;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OrleansRegistry.Objects;
using OrleansRegistry.Snapshots;

namespace OrleansRegistry.Tests.Snapshots;

/// <summary>A registry in memory with its snapshots in a folder. One for all tests of a class, which keep apart by their tenants.</summary>
public sealed class SnapshotRegistry : IAsyncLifetime
{
    private RegistryHost? host;
    private StoreProbe? store;

    internal ObjectProbe Objects { get; } = new();

    internal FakeTimeProvider Time { get; } = new(DateTimeOffset.UtcNow) { AutoAdvanceAmount = TimeSpan.FromMilliseconds(1) };

    internal StoreProbe Store => store!;

    internal ISnapshotStore Snapshots => host!.Services.GetRequiredService<ISnapshotStore>();

    internal SnapshotUpkeep Upkeep => host!.Services.GetRequiredService<SnapshotUpkeep>();

    internal SnapshotSchedule Schedule => host!.Services.GetRequiredService<SnapshotSchedule>();

    internal IAgentRegistry Agents => host!.Agents;

    internal ITaskRegistry Tasks => host!.Tasks;

    /// <summary>The files of a tenant.</summary>
    internal string[] FilesOf(Caller caller) =>
        [.. Objects.Files.Where(file => file.Contains($"/{caller.Tenant}/", StringComparison.Ordinal))];

    internal static async Task<SnapshotRegistry> StartAsync(Func<SnapshotOptions, SnapshotOptions> change)
    {
        var registry = new SnapshotRegistry();
        await registry.StartHostAsync(change);
        return registry;
    }

    internal static byte[] Json(string text) => Encoding.UTF8.GetBytes(text);

    internal static string HashOf(string text) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Json(text)));

    internal static async Task<RegistryException> RefusedAsync(RegistryError error, Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<RegistryException>(call);
        Assert.True(error == refused.Error, $"{refused.Error}: {refused.Message}");
        return refused;
    }

    internal static byte[] Gzip(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Json(text));
        }

        return packed.ToArray();
    }

    internal static string Gunzip(byte[] file)
    {
        using var gzip = new GZipStream(new MemoryStream(file), CompressionMode.Decompress);
        return new StreamReader(gzip).ReadToEnd();
    }

    internal Task<SnapshotRecord> SaveAsync(
        Caller caller, string state = """{"a":1}""", string agent = "a", string session = "s", long? index = null) =>
        Snapshots.SaveAsync(caller, new SnapshotSave { AgentId = agent, SessionId = session, Index = index }, new MemoryStream(Json(state)));

    internal async Task<string> LoadAsync(Caller caller, SnapshotRecord snapshot)
    {
        await using var content = await Snapshots.OpenAsync(caller, snapshot.AgentId, snapshot.Id);
        using var reader = new StreamReader(content.Stream);
        return await reader.ReadToEndAsync();
    }

    public async ValueTask InitializeAsync() => await StartHostAsync(options => options);

    public async ValueTask DisposeAsync()
    {
        await host!.DisposeAsync();
        Objects.Dispose();
    }

    private async Task StartHostAsync(Func<SnapshotOptions, SnapshotOptions> change)
    {
        store = new StoreProbe(TestStores.InMemory());
        host = await RegistryHost.StartAsync(
            options => options.Snapshots = change(options.Snapshots with { MaxBytes = 12 * 1024 * 1024 }),
            store,
            Time,
            services => services.AddKeyedSingleton<IObjectStore>(SnapshotServices.StoreKey, Objects));
    }
}
