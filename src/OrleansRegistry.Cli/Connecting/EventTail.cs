using System.Text.Json;

namespace OrleansRegistry.Cli;

/// <summary>Follows a stream of events to its end, also over cut connections and registries that end.</summary>
internal sealed class EventTail(RegistryApi api, string path, Terminal terminal)
{
    /// <summary>Hands on each event until nothing can follow.</summary>
    /// <param name="take">Gets the event's name and data, and says whether more can follow.</param>
    /// <exception cref="CliException">There is no such thing, or it cannot be read.</exception>
    public async Task RunAsync(Func<string, JsonElement, Task<bool>> take, CancellationToken cancellation)
    {
        await using var events = api.Follow(path, why => terminal.WriteError($"{why} Trying again."));
        while (await RegistryApi.TryAsync(() => events.NextAsync(cancellation)) is { } item)
        {
            using var data = item.Data;
            if (!await take(item.EventType, data.RootElement))
            {
                return;
            }
        }
    }
}
