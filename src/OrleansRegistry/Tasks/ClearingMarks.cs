using Orleans.Storage;

namespace OrleansRegistry.Tasks;

/// <summary>The marks of clearings in the store, changed by compare-and-set.</summary>
internal sealed class ClearingMarks(IRecordStore store)
{
    /// <returns>The owner's mark with its version; null where no clearing is stored.</returns>
    public async Task<(ClearingMark Mark, long Version)?> ReadAsync(Caller owner, CancellationToken cancellationToken) =>
        await store.ReadAsync(ContextKind.Kind, ClearingMark.Key(owner), cancellationToken) is { } stored
            ? (ClearingMark.Read(stored), stored.Version)
            : null;

    /// <param name="version">The version that it takes the place of; 0 where there is none.</param>
    /// <returns>False where somebody else has changed it.</returns>
    public async Task<bool> TryWriteAsync(Caller owner, long version, ClearingMark mark)
    {
        try
        {
            await store.WriteAsync(ContextKind.Kind, ClearingMark.Key(owner), version, mark.Write(owner));
            return true;
        }
        catch (InconsistentStateException)
        {
            return false;
        }
    }

    /// <inheritdoc cref="TryWriteAsync"/>
    public async Task<bool> TryDeleteAsync(Caller owner, long version)
    {
        try
        {
            await store.DeleteAsync(ContextKind.Kind, ClearingMark.Key(owner), version);
            return true;
        }
        catch (InconsistentStateException)
        {
            return false;
        }
    }
}
