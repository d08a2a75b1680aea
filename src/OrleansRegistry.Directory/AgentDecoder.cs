using OrleansRegistry.Storage;

namespace OrleansRegistry.Directory;

/// <summary>How agents are read from their records.</summary>
/// <param name="Kind">The kind of record, which has a feed.</param>
/// <param name="Decode">Throws <see cref="RegistryError.Unreadable"/> where the record cannot be read; the card need not be checked.</param>
public sealed record AgentDecoder(RecordKind Kind, Func<StoredRecord, AgentRecord> Decode);
