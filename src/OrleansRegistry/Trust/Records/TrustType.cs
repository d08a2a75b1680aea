using System.Text.Json;

namespace OrleansRegistry.Trust.Records;

/// <summary>A type of things of trust, declared once by the feature that owns it: keys, users, tenants.</summary>
/// <param name="Name">The first part of the records' ids: lower case letters. Never used for another type.</param>
/// <param name="Write">Writes the members of the JSON object.</param>
/// <param name="Read">Reads them. What it does not ask for stays in the record when that is written again.</param>
internal sealed record TrustType<T>(string Name, Action<Utf8JsonWriter, T> Write, Func<StoredObject, T> Read)
    where T : class;

/// <summary>A thing of trust as it is stored.</summary>
/// <param name="Version">With which it is replaced by compare-and-set.</param>
internal sealed record TrustRecord<T>(string Tenant, string Id, T Value, long Version)
    where T : class
{
    /// <summary>Members that this version does not know, as one JSON object; empty if there are none.</summary>
    public RawJson Unknown { get; init; }
}

/// <summary>Which thing was written or removed, here or by another process.</summary>
/// <param name="Type">The name of its type.</param>
internal readonly record struct TrustChange(string Type, string Tenant, string Id);
