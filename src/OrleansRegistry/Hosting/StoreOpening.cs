using Microsoft.Extensions.Hosting;

namespace OrleansRegistry.Hosting;

/// <summary>Opens the store where there is no directory to be filled from it.</summary>
internal sealed class StoreOpening(IRecordStore store) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => store.OpenAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
