using System.Text.Json;

namespace OrleansRegistry.Tasks;

/// <summary>
/// A clearing of all that an owner has, as it is stored while it runs: the record of a context that is being deleted, so that no list of an owner's
/// shows it and upkeep finds it. No caller's context can have its id.
/// </summary>
/// <param name="Before">What was made at or before this time is deleted.</param>
/// <param name="UpdatedAt">When somebody last worked on it.</param>
internal sealed record ClearingMark(DateTimeOffset Before, DateTimeOffset UpdatedAt, long Tasks, long Contexts)
{
    // A control character: ids of callers have none.
    private const string Prefix = "\u0001clearing/";

    public static RecordKey Key(Caller owner) => new(owner.Tenant, Prefix + owner.Subject);

    /// <summary>The subject whose tasks are being cleared; null if the record is not such a mark.</summary>
    public static Caller? Owner(RecordKey key) =>
        key.Id.StartsWith(Prefix, StringComparison.Ordinal) ? new Caller(key.Tenant, key.Id[Prefix.Length..]) : null;

    public static ClearingMark Read(StoredRecord stored)
    {
        var context = ContextKind.Read(stored).Context;
        using var document = JsonDocument.Parse(context.Data.Utf8);
        var counts = document.RootElement;
        return new ClearingMark(
            context.CreatedAt, context.UpdatedAt, counts.GetProperty("tasks"u8).GetInt64(), counts.GetProperty("contexts"u8).GetInt64());
    }

    public RecordBody Write(Caller owner) => ContextKind.Write(new ContextHead(
        new ContextRecord
        {
            Tenant = owner.Tenant,
            Id = Key(owner).Id,
            Owner = owner.Subject,
            Data = RawJson.FromValid(JsonSerializer.SerializeToUtf8Bytes(new { tasks = Tasks, contexts = Contexts })),
            Generation = 1,
            CreatedAt = Before,
            UpdatedAt = UpdatedAt,
        },
        LogHead.Empty,
        Deleting: true));
}
