using Microsoft.OpenApi;
using static OrleansRegistry.Http.ApiSchemas;

namespace OrleansRegistry.Rest.Backups;

/// <summary>The shapes of backups.</summary>
internal static class BackupSchemas
{
    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument document)
    {
        yield return ("Backup", Shape(
            ("name", Text("The time when it was begun, and an id.")),
            ("begunAt", Time("What was acknowledged before is in it.")),
            ("completedAt", Time()),
            ("form", Text("sqlite: a copy of the database; export: JSON Lines.")),
            ("store", Text("Which store it is of.")),
            ("registryVersion", Text("The version of the registry that made it.")),
            ("revision", Integer("Of the agents in it.")),
            ("counts", Any("How many records of each kind.")),
            ("unreadable", Integer("How many records an export left out, as they cannot be read.")),
            ("size", Integer("What it takes where it lies, in bytes.")),
            ("unpackedSize", Integer("In bytes.")),
            ("parts", List(Shape(
                ("name", Text("")), ("size", Integer("")), ("sha256", Text("")), ("unpackedSize", Integer(""))))),
            ("isNewer", Flag("A newer version of the registry made it, and this one cannot read it.")),
            ("fault", Text("Why it is of no use, as far as that shows without reading it; left out where it seems good."))));
        yield return ("BackupList", Shape(("backups", List(new OpenApiSchemaReference("Backup", document)))));
        yield return ("BackupVerification", Shape(
            ("backup", new OpenApiSchemaReference("Backup", document)),
            ("isGood", Flag("All of it is as it was written.")),
            ("faults", List(Text("What is wrong with it.")))));
    }
}
