using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansRegistry.TestSupport;

namespace OrleansRegistry.Server.Tests;

/// <summary>The whole start of the server in this process, and its end right after it.</summary>
internal static class ServerStart
{
    /// <param name="meanwhile">What is done while it serves at this address; null for nothing.</param>
    /// <returns>What the process would end with, and all that it would print.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(IReadOnlyDictionary<string, string> settings, Func<Uri, Task>? meanwhile = null)
    {
        var named = new Dictionary<string, string> { ["urls"] = "http://127.0.0.1:0" };
        foreach (var (name, value) in settings)
        {
            named[name == "ASPNETCORE_URLS" ? "urls" : name] = value;
        }

        var (log, errors) = (new ConcurrentQueue<string>(), new StringWriter());
        var exitCode = await RegistryServer.RunAsync(
            [.. named.Select(setting => $"--{setting.Key}={setting.Value}")],
            TextWriter.Null,
            errors,
            builder =>
            {
                builder.Logging.ClearProviders().AddProvider(new LogCatcher(log));
                builder.Services.AddSingleton<IHostedService>(services => new StopOnceStarted(services, meanwhile));
            });
        return (exitCode, string.Join('\n', log.Append(errors.ToString())));
    }

    private sealed class StopOnceStarted(IServiceProvider services, Func<Uri, Task>? meanwhile) : IHostedService
    {
        private Task work = Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.Register(() => work = Task.Run(WorkAsync));
            return Task.CompletedTask;
        }

        /// <summary>What failed meanwhile fails the stop, and so the test.</summary>
        public Task StopAsync(CancellationToken cancellationToken) => work;

        private async Task WorkAsync()
        {
            try
            {
                var addresses = services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
                await (meanwhile?.Invoke(new Uri(addresses.First())) ?? Task.CompletedTask);
            }
            finally
            {
                services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
            }
        }
    }
}
