using Microsoft.OpenApi;
using static OrleansRegistry.Http.ApiSchemas;

namespace OrleansRegistry.Rest.Snapshots;

/// <summary>The shapes of bodies about snapshots.</summary>
internal static class SnapshotSchemas
{
    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument document)
    {
        yield return ("Snapshot", Shape(
            ("snapshot_id", Text("")), ("agent_id", Text("")), ("session_id", Text("")), ("snapshot_index", Integer("From 0, within the session.")),
            ("timestamp", Time("When it was taken.")), ("description", Text("Or null.")),
            ("content_hash", Text("SHA-256 of the state as compact JSON, names in order.")), ("format_version", Integer("1.")),
            ("uncompressed_size", Integer("Bytes of the state.")), ("compressed_size", Integer("Bytes of the file.")),
            ("compression_algorithm", Text("gzip.")), ("owner", Text("Who saved it.")), ("saved_at", Time("When this registry stored it.")),
            ("repeated", Flag("Of a save: the same was saved before."))));
        yield return ("SnapshotList", Page(("snapshots", List(new OpenApiSchemaReference("Snapshot", document))), records: true));
        yield return ("SnapshotState", Any("The state: any JSON."));
        yield return ("SnapshotFile", new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary", Description = "gzip." });
        yield return ("SnapshotPartBody", new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary", Description = "Part of the state." });
        yield return ("SnapshotUpload", Shape(
            ("snapshot_id", Text("The id that the snapshot will have.")), ("agent_id", Text("")), ("session_id", Text("")),
            ("expires_at", Time("It is dropped then, unless it is completed."))));
        yield return ("SnapshotParts", Shape(("parts", List(Shape(("number", Integer("From 1.")), ("size", Integer("Bytes.")))))));
        yield return ("SnapshotVerified", Shape(("snapshot_id", Text("")), ("content_hash", Text("")), ("verified", Flag("true."))));
    }
}
