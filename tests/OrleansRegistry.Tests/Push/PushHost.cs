using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Tests.Push;

/// <summary>Registries that deliver to receivers on this machine, and do not wait long between attempts.</summary>
internal static class PushHost
{
    public static PushOptions Quick { get; } = new()
    {
        Timeout = TimeSpan.FromSeconds(5),
        Backoff = TimeSpan.FromMilliseconds(20),
        MaxBackoff = TimeSpan.FromMilliseconds(100),
        MaxAttempts = 1000,
        AllowedNetworks = ["127.0.0.0/8", "::1"],
    };

    public static Task<RegistryHost> StartAsync(PushOptions? push = null, Action<RegistryOptions>? configure = null, ILoggerProvider? log = null) =>
        RegistryHost.StartAsync(
            options =>
            {
                configure?.Invoke(options);
                options.Push = push ?? Quick;
            },
            services: services =>
            {
                if (log is not null)
                {
                    services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log));
                }
            });

    /// <summary>How many tasks the store lists as having something to deliver.</summary>
    public static async Task<int> CountDueAsync(this RegistryHost host) =>
        (await host.Services.GetRequiredService<IRecordStore>().QueryKeysAsync(
            new RecordQuery(TaskKind.Kind, Tenant: null).And(TaskKind.PushDue.IsBefore(DateTimeOffset.UtcNow.AddDays(1))),
            after: null,
            limit: 100,
            TestContext.Current.CancellationToken)).Count;
}
