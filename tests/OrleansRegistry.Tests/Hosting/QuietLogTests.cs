using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansRegistry.TestSupport;
using OrleansRegistry.Tests.Tasks;

namespace OrleansRegistry.Tests.Hosting;

/// <summary>A plain host that sets no filters: callers do not write its log.</summary>
public sealed class QuietLogTests
{
    [Fact]
    public async Task Calls_log_nothing_and_unknown_ids_wake_no_grain()
    {
        // Of a machine that is slow, Orleans tells whoever calls.
        var log = new ConcurrentQueue<string>();
        var store = new StoreProbe(TestStores.InMemory());
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Information).AddProvider(
            new LogCatcher(log, isOf: category => category is not "Orleans.Runtime.Watchdog"));
        builder.AddOrleansRegistry(options => options.StorageType = StorageType.Memory);
        builder.Services.Replace(ServiceDescriptor.Singleton<IRecordStore>(store));
        using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        var (tasks, contexts) = (host.Services.GetRequiredService<ITaskRegistry>(), host.Services.GetRequiredService<IContextRegistry>());
        var me = Caller.Default;
        log.Clear();
        store.Reset();
        for (var i = 0; i < 50; i++)
        {
            Assert.Null(await tasks.GetAsync(me, $"unknown-{i}"));
            Assert.Null(await contexts.GetAsync(me, $"unknown-{i}"));
            var refusal = await Assert.ThrowsAsync<RegistryException>(() => tasks.CancelAsync(me, $"unknown-{i}"));
            Assert.Equal(RegistryError.NotFound, refusal.Error);
        }

        Assert.Equal((0, 0), (store.Reads(TaskKind.Kind), store.Reads(ContextKind.Kind)));
        for (var i = 0; i < 20; i++)
        {
            await tasks.Submit(me, $"m{i}");
        }

        Assert.Empty(log);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }
}
