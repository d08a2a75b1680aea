using Orleans.Storage;
using OrleansRegistry.Model;

namespace OrleansRegistry.Grains;

/// <summary>What grain storage keeps of a page.</summary>
[GenerateSerializer, Alias("registry.PageState")]
public sealed class PageState
{
    /// <summary>Null where there is no such page.</summary>
    [Id(0)]
    public LogPage? Page { get; set; }
}

/// <summary>The pages of logs: grain states without a grain.</summary>
public sealed class PageStore(IGrainStorage storage)
{
    /// <summary>The name of their state.</summary>
    public const string StateName = "page";

    private static readonly GrainType Type = GrainType.Create("page");

    /// <summary>The page, or null.</summary>
    public async Task<LogPage?> Read(LogName log, long number) => (await ReadState(Id(log, number))).State?.Page;

    /// <summary>
    /// Writes a page that no stored head names yet. One that is there already is left from a head that was not written after it, and has the same bytes;
    /// if it has not, it belongs to nobody, once <paramref name="headIsCurrent"/> says that no other writer has taken over.
    /// </summary>
    /// <exception cref="InconsistentStateException">Another writer has.</exception>
    internal async Task WriteOnce(LogName log, long number, LogPage page, Func<Task<bool>> headIsCurrent)
    {
        var id = Id(log, number);
        try
        {
            await storage.WriteStateAsync(StateName, id, new GrainState<PageState>(new PageState { Page = page }));
            return;
        }
        catch (InconsistentStateException)
        {
            // It is there.
        }

        var stored = await ReadState(id);
        if (stored.State?.Page is { } found && found.First == page.First && found.Items == page.Items && found.Digest.AsSpan().SequenceEqual(page.Digest))
        {
            return;
        }

        if (!await headIsCurrent())
        {
            throw new InconsistentStateException($"Page {number} of {log} was written by another.");
        }

        stored.State = new PageState { Page = page };
        await storage.WriteStateAsync(StateName, id, stored);
    }

    /// <returns>False where there is no such page.</returns>
    internal async Task<bool> Delete(LogName log, long number)
    {
        var id = Id(log, number);
        var state = await ReadState(id);
        if (!state.RecordExists)
        {
            return false;
        }

        await storage.ClearStateAsync(StateName, id, state);
        return true;
    }

    private async Task<GrainState<PageState>> ReadState(GrainId id)
    {
        var state = new GrainState<PageState>(new PageState());
        await storage.ReadStateAsync(StateName, id, state);
        return state;
    }

    private static GrainId Id(LogName log, long number) => GrainId.Create(Type, IdSpan.Create(log.Page(number)));
}
