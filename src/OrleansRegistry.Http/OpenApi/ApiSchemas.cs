using Microsoft.OpenApi;

namespace OrleansRegistry.Http;

/// <summary>Named shapes of bodies for the OpenAPI document. Each front end registers its own.</summary>
internal delegate IEnumerable<(string Name, IOpenApiSchema Schema)> ApiSchemaSource(OpenApiDocument document);

/// <summary>Building blocks of such shapes.</summary>
internal static class ApiSchemas
{
    public static string ProblemText(int status) => status switch
    {
        400 => "The input breaks a rule; field and detail say which.",
        401 => "The headers that say who calls are missing.",
        403 => "The caller may see it, but not do this to it.",
        404 => "There is no such thing.",
        409 => "Others changed it at the same time, the task is over, or X-Registry-Revision is above the newest revision.",
        412 => "A precondition does not hold.",
        414 => "The path and query are too long.",
        413 => "The body, the card or the list is too large.",
        415 => "The body must be JSON in UTF-8.",
        422 => "The Idempotency-Key was sent before with another request.",
        503 => "The registry can't do this now; Retry-After says when to try again.",
        507 => "The store is full; nothing was stored.",
        _ => "The request failed.",
    };

    /// <summary>The shapes that every front end answers with.</summary>
    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument _)
    {
        yield return ("Problem", Shape(
            ("type", Text("")), ("title", Text("")), ("status", Integer("")), ("detail", Text("What is wrong, where, and what to do.")),
            ("field", Text("The member, parameter or header to blame; absent where none is.")),
            ("code", Text("Why, where several reasons share a status: conflict, terminal, id_reused, …; absent where HTTP itself was misused.")),
            ("state", Text("The state of the task that was refused, where that is why.")),
            ("current_generation", Integer("The generation of the task or context, where a condition on it did not hold."))));
        yield return ("Health", Shape(("status", Text("healthy or unhealthy.")), ("service", Text(""))));
        yield return ("Readiness", Shape(
            ("status", Text("ready or unready.")),
            ("checks", List(Shape(("name", Text("")), ("status", Text("healthy, degraded or unhealthy.")), ("description", Text("")))))));
        yield return ("Events", Text("Server-sent events."));
    }

    public static OpenApiSchema Shape(params (string Name, IOpenApiSchema Schema)[] members) => new()
    {
        Type = JsonSchemaType.Object,
        Properties = members.ToDictionary(member => member.Name, member => member.Schema),
    };

    public static OpenApiSchema Text(string description) => Plain(JsonSchemaType.String, description);

    public static OpenApiSchema Integer(string description) => Plain(JsonSchemaType.Integer, description);

    public static OpenApiSchema Flag(string description) => Plain(JsonSchemaType.Boolean, description);

    public static OpenApiSchema Any(string description) => new() { Description = description.Length == 0 ? null : description };

    public static OpenApiSchema Time(string? says = null) => new() { Type = JsonSchemaType.String, Format = "date-time", Description = says };

    public static OpenApiSchema Token() => Plain(JsonSchemaType.String | JsonSchemaType.Null, "Null on the last page.");

    public static OpenApiSchema List(IOpenApiSchema items) => new() { Type = JsonSchemaType.Array, Items = items };

    public static OpenApiSchema OneOf(params IOpenApiSchema[] schemas) => new() { OneOf = schemas };

    /// <summary>A page as <see cref="ItemPages"/> writes it.</summary>
    public static OpenApiSchema Page((string Name, IOpenApiSchema Schema) items, bool total = false, bool first = false, bool records = false)
    {
        var page = Shape(items, ("nextPageToken", NextPage()), ("pageSize", Integer("")));
        if (total)
        {
            page.Properties!["totalSize"] = Integer("On all pages; of tasks with count_total=true only.");
        }

        if (records)
        {
            page.Properties!["unreadable"] = List(Text("The id of one that is left out, as its record cannot be read."));
        }

        if (first)
        {
            page.Properties!["first"] = Integer("The number of the first item, from 0.");
        }

        return page;
    }

    public static OpenApiSchema NextPage() => Text("Empty on the last page.");

    public static OpenApiSchema Generation() =>
        Integer("One more with every change. Something new begins with the time in microseconds, above all that was deleted of its id.");

    public static OpenApiSchema IfGeneration() => Integer("Only if this is the generation; else 409.");

    private static OpenApiSchema Plain(JsonSchemaType type, string description) => new()
    {
        Type = type,
        Description = description.Length == 0 ? null : description,
    };
}
