using Microsoft.OpenApi;
using static OrleansRegistry.Http.ApiSchemas;

namespace OrleansRegistry.Rest.Transfer;

/// <summary>The shapes of what is exported and of what an import answers.</summary>
internal static class TransferSchemas
{
    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument _)
    {
        yield return ("Export", Text("JSON Lines, as docs/data.md has them; gzip is recognised by its first bytes."));
        yield return ("ImportReport", Shape(
            ("dryRun", Flag("Whether nothing was stored.")),
            ("created", Integer("Records that were not there.")),
            ("replaced", Integer("Records that were there with another content.")),
            ("same", Integer("Records that were there already.")),
            ("kept", Integer("Records that are there with another content, and stayed as they are.")),
            ("newVersions", Integer("Agents that did not keep their revisions, as this registry is past them.")),
            ("faultCount", Integer("Lines that were wrong.")),
            ("faults", List(Shape(("line", Integer("From 1.")), ("reason", Text("")))))));
    }
}
