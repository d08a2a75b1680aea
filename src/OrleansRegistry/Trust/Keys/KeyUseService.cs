using Microsoft.Extensions.Hosting;

namespace OrleansRegistry.Trust.Keys;

/// <summary>Writes down when keys were used last: of each at most once a minute, and never while a request waits.</summary>
internal sealed class KeyUseService(KeyTable table, TrustRecords records, BackgroundLoops loops, [RegistryTime] TimeProvider time)
    : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        loops.RepeatAsync("what writes down when keys were used", Period, WriteAsync, stoppingToken);

    internal async Task WriteAsync(CancellationToken cancellationToken)
    {
        foreach (var key in table.All)
        {
            if (key.Use.At is { } at && at > key.Use.Written)
            {
                await records.ChangeAsync(
                    KeyUse.Type,
                    key.Record.Tenant,
                    key.Record.Id,
                    use => use is null || at - use.At >= Period ? new KeyUse(at) : use,
                    cancellationToken);
                key.Use.Written = at;
            }
        }

        // Those of keys that went while this wrote.
        foreach (var use in records.All(KeyUse.Type).Where(use => time.GetUtcNow() - use.Value.At > Period && table.Of(use.Id) is null))
        {
            await records.DeleteAsync(KeyUse.Type, use.Tenant, use.Id, cancellationToken);
        }
    }
}
