using OrleansRegistry.Agents;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Grains;
using OrleansRegistry.Hosting;
using OrleansRegistry.Push;
using OrleansRegistry.Storage;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Benchmarks;

/// <summary>A registry in this process; without a folder to serve, on one of its own that is removed afterwards.</summary>
internal sealed class RegistryHost : IAsyncDisposable
{
    private readonly IHost host;
    private readonly string? ownFolder;

    private RegistryHost(IHost host, string? ownFolder) => (this.host, this.ownFolder) = (host, ownFolder);

    public IAgentRegistry Agents => host.Services.GetRequiredService<IAgentRegistry>();

    public IRecordStore Store => host.Services.GetRequiredService<IRecordStore>();

    public ISnapshotStore Snapshots => host.Services.GetRequiredService<ISnapshotStore>();

    public ITaskRegistry Tasks => host.Services.GetRequiredService<ITaskRegistry>();

    public IAgentGrain Grain(string id) =>
        host.Services.GetRequiredService<IGrainFactory>().GetGrain<IAgentGrain>(GrainKeys.For(Caller.Default.Tenant, id));

    public static async Task<RegistryHost> StartAsync(
        StorageType storage, TimeSpan? idle = null, PostgresStoreOptions? postgres = null, string? folder = null, PushOptions? push = null)
    {
        var ownFolder = folder is null ? System.IO.Directory.CreateTempSubdirectory("registry-benchmark-").FullName : null;
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.AddOrleansRegistry(options =>
        {
            options.StorageType = storage;
            options.DataDirectory = folder ?? ownFolder!;
            options.Postgres = postgres;
            options.Push = push ?? options.Push;
            options.GrainIdle = idle ?? TimeSpan.FromMinutes(10);

            // Room for a task of a hundred thousand messages and more.
            options.MaxLoadBytes = 64 * 1024 * 1024;
        });
        var host = builder.Build();
        await host.StartAsync();
        return new RegistryHost(host, ownFolder);
    }

    /// <summary>Registers agents 0 to <paramref name="count"/> in batches of 1,000.</summary>
    public async Task FillAsync(int count)
    {
        foreach (var chunk in Enumerable.Range(0, count).Chunk(1000))
        {
            await Agents.RegisterManyAsync(Caller.Default, [.. chunk.Select(i => SampleCards.Registration(i))]);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
        if (ownFolder is not null)
        {
            System.IO.Directory.Delete(ownFolder, recursive: true);
        }
    }
}
