using Orleans.Storage;

namespace OrleansRegistry.Logs;

/// <summary>What grain storage keeps of a page.</summary>
[GenerateSerializer, Alias("registry.PageState")]
internal sealed class PageState
{
    /// <summary>Null where there is no such page.</summary>
    [Id(0)]
    public LogPage? Page { get; set; }
}

/// <summary>The pages of logs: grain states without a grain.</summary>
internal sealed class PageStore(IGrainStorage storage)
{
    /// <summary>The name of their state.</summary>
    public const string StateName = "page";

    private static readonly GrainType Type = GrainType.Create("page");

    /// <summary>The page, or null.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public async Task<LogPage?> ReadAsync(LogName log, long number)
    {
        var state = await ReadStateAsync(Id(log, number));
        return state.Unreadable is { } unreadable ? throw unreadable.Refusal() : state.State.Page;
    }

    /// <summary>
    /// Writes a page that no stored head names yet. One that is there already is left from a head that was not written after it, and has the same
    /// bytes; if it has not, it belongs to nobody, once <paramref name="headIsCurrent"/> says that no other writer has taken over.
    /// </summary>
    /// <exception cref="InconsistentStateException">Another writer has.</exception>
    internal async Task WriteOnceAsync(LogName log, long number, LogPage page, Func<Task<bool>> headIsCurrent)
    {
        var id = Id(log, number);
        try
        {
            await new StoredState<PageState>(storage, StateName, id) { State = new PageState { Page = page } }.WriteAsync();
            return;
        }
        catch (InconsistentStateException)
        {
            // It is there.
        }

        var stored = await ReadStateAsync(id);
        if (stored.State.Page is { } found && found.First == page.First && found.Items == page.Items
            && found.Digest.AsSpan().SequenceEqual(page.Digest))
        {
            return;
        }

        if (!await headIsCurrent())
        {
            throw new InconsistentStateException($"Page {number} of {log} was written by another.");
        }

        stored.State = new PageState { Page = page };
        await stored.WriteAsync();
    }

    /// <returns>False where there is no such page.</returns>
    internal async Task<bool> DeleteAsync(LogName log, long number)
    {
        var id = Id(log, number);
        var state = await ReadStateAsync(id);
        if (!state.RecordExists)
        {
            return false;
        }

        await state.ClearAsync();
        return true;
    }

    private async Task<StoredState<PageState>> ReadStateAsync(GrainId id)
    {
        var state = new StoredState<PageState>(storage, StateName, id);
        await state.ReadAsync();
        return state;
    }

    private static GrainId Id(LogName log, long number) => GrainId.Create(Type, IdSpan.Create(log.Page(number)));
}
