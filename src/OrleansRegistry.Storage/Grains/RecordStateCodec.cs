namespace OrleansRegistry.Storage;

/// <summary>How one state of a grain class is kept as a record. Use <see cref="RecordStateCodec{TState}"/>.</summary>
public abstract class RecordStateCodec
{
    private protected RecordStateCodec(string stateName, RecordKind kind)
    {
        StateName = stateName;
        Kind = kind;
    }

    /// <summary>The name by which the grain keeps it; unique among all grain classes.</summary>
    public string StateName { get; }

    /// <summary>The kind of record that the state is.</summary>
    public RecordKind Kind { get; }

    /// <summary>Whether this version can read the record.</summary>
    public abstract bool CanRead(StoredRecord stored);
}

/// <summary>How the state <paramref name="stateName"/> is kept as a record.</summary>
/// <param name="stateName">The name by which the grain keeps it; unique among all grain classes.</param>
/// <param name="kind">The kind of record that the state is.</param>
/// <param name="encode">The record of a state. Must not keep the state, which its grain goes on changing.</param>
/// <param name="decode">The state of a record, as of its version.</param>
/// <param name="create">The state of a grain that has none stored; null for the parameterless constructor.</param>
public sealed class RecordStateCodec<TState>(
    string stateName, RecordKind kind, Func<TState, RecordBody> encode, Func<StoredRecord, TState> decode, Func<TState>? create = null)
    : RecordStateCodec(stateName, kind)
{
    public override bool CanRead(StoredRecord stored)
    {
        try
        {
            decode(stored);
            return true;
        }
        catch (RegistryException unreadable) when (unreadable.Error == RegistryError.Unreadable)
        {
            return false;
        }
    }

    internal RecordBody Encode(TState state) => encode(state);

    internal TState Decode(StoredRecord record) => decode(record);

    internal TState Create() => create is null ? Activator.CreateInstance<TState>() : create();
}
