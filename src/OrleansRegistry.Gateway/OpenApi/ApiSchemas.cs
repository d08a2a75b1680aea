using Microsoft.OpenApi;

namespace OrleansRegistry.Gateway.OpenApi;

/// <summary>The shapes of bodies, by name, as the OpenAPI document has them.</summary>
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

    public static void AddTo(OpenApiDocument document)
    {
        foreach (var (name, schema) in All(document).Concat(TaskSchemas.All(document)))
        {
            document.AddComponent<IOpenApiSchema>(name, schema);
        }
    }

    private static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument document)
    {
        IOpenApiSchema Ref(string name) => new OpenApiSchemaReference(name, document);
        var card = Ref("AgentCard");
        var record = Ref("Agent");
        var warnings = List(Ref("CardWarning"));
        yield return ("Problem", Shape(
            ("type", Text("")), ("title", Text("")), ("status", Integer("")), ("detail", Text("What is wrong, where, and what to do.")),
            ("field", Text("The member, parameter or header to blame; absent where none is.")),
            ("state", Text("The state of the task that was refused, where that is why.")),
            ("current_generation", Integer("The generation of the task or context, where a condition on it did not hold."))));
        yield return ("AgentCard", new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = "An A2A agent card, of version 1.0 (supportedInterfaces) or 0.2/0.3 (url). Kept as it was sent; only a name is demanded.",
            Properties = new Dictionary<string, IOpenApiSchema> { ["name"] = Text("Not empty. The agent's id, unless another is given.") },
            Required = new HashSet<string> { "name" },
        });
        yield return ("AgentRegistration", Shape(
            ("agent_card", card), ("agent_id", Text("Null or absent: the card's name.")), ("enabled", Flag("Null or absent: true if new, else as it was.")),
            ("workers", List(Text("A subject that may claim the agent's tasks; * is every subject of the tenant. None: the owner. Null or absent: as it was.")))));
        yield return ("AgentPatch", Shape(("agent_card", Any("A merge patch of the card.")), ("enabled", Flag("")), ("workers", List(Text("In place of those before; none: the owner alone.")))));
        yield return ("CardWarning", Shape(("field", Text("A path within the card.")), ("message", Text(""))));
        yield return ("AgentWritten", Shape(
            ("success", Flag("")), ("agent_id", Text("")), ("message", Text("")), ("extensions_processed", Integer("How many extensions the card declares.")),
            ("created", Flag("There was no such agent before.")), ("revision", Integer("The registry revision of the write.")), ("warnings", warnings)));
        yield return ("AgentState", Shape(("success", Flag("")), ("agent_id", Text("")), ("enabled", Flag("")), ("revision", Integer(""))));
        yield return ("AgentRemoved", Shape(
            ("success", Flag("")), ("message", Text("")), ("extensions_cleaned", Flag("Always true.")),
            ("extensions_removed", Integer("How many extensions nobody declares any more.")), ("revision", Integer(""))));
        yield return ("Agent", Shape(
            ("agent_card", card), ("agent_id", Text("")), ("enabled", Flag("")), ("revision", Integer("")), ("created_at", Time()), ("updated_at", Time()),
            ("owner", Text("Who registered it first, and alone removes it and names its workers.")), ("workers", List(Text("Who may claim its tasks; absent: the owner alone.")))));
        yield return ("AgentList", Shape(("agents", List(OneOf(card, record))), ("count", Integer("How many are here.")), ("next_page_token", Token())));
        yield return ("AgentSearch", Shape(
            ("query", Text("A substring of the name, the description or a skill's id, whatever its case; may be empty.")),
            ("skills", List(Text(""))), ("tags", List(Text(""))), ("category", Text("")), ("capability", Text("")), ("provider", Text("")),
            ("enabled", Flag("")), ("page_size", Integer("1 to 1,000.")), ("page_token", Text("")), ("view", Text("card or record."))));
        yield return ("AgentSearchResult", Shape(
            ("agents", List(OneOf(card, record))), ("count", Integer("")), ("query", Text("")), ("next_page_token", Token())));
        yield return ("AgentBatch", Shape(("agents", List(OneOf(Ref("AgentRegistration"), card)))));
        yield return ("AgentBatchResult", Shape(
            ("success", Integer("")), ("failed", Integer("")), ("errors", List(Text(""))),
            ("results", List(Shape(
                ("index", Integer("")), ("success", Flag("")), ("agent_id", Text("")), ("created", Flag("")), ("revision", Integer("")), ("warnings", warnings),
                ("status", Integer("Of a refused entry: the HTTP status that it alone would have got.")), ("field", Text("")), ("error", Text("")))))));
        yield return ("Extension", Shape(
            ("uri", Text("")), ("description", Text("")), ("required", Flag("")), ("params", Any("")), ("first_declared_by_agent", Text("")),
            ("first_declared_at", Time()), ("trust_level", Text("")), ("declaring_agents", List(Text("The first 100."))), ("usage_count", Integer("How many agents declare it."))));
        yield return ("ExtensionList", Shape(
            ("extensions", List(Ref("Extension"))), ("count", Integer("")), ("total_count", Integer("On all pages.")), ("next_page_token", Token()), ("dev_mode", Flag(""))));
        yield return ("ExtensionFound", Shape(("extension_info", Ref("Extension")), ("found", Flag(""))));
        yield return ("AgentExtensions", Shape(("agent_id", Text("")), ("extensions", List(Ref("Extension"))), ("count", Integer(""))));
        yield return ("Stats", Shape(
            ("total", Integer("")), ("enabled", Integer("")), ("disabled", Integer("")), ("tags", Integer("")), ("categories", Integer("")),
            ("skills", Integer("")), ("extensions", Integer("")), ("revision", Integer(""))));
        yield return ("Tags", Shape(("tags", List(Shape(("tag", Text("")), ("count", Integer(""))))), ("count", Integer(""))));
        yield return ("Categories", Shape(("categories", List(Shape(("category", Text("")), ("count", Integer(""))))), ("count", Integer(""))));
        yield return ("Health", Shape(("status", Text("healthy or unhealthy.")), ("service", Text(""))));
        yield return ("Readiness", Shape(
            ("status", Text("ready or unready.")), ("checks", List(Shape(("name", Text("")), ("status", Text("healthy, degraded or unhealthy.")), ("description", Text("")))))));
        yield return ("Service", Shape(
            ("service", Text("")), ("version", Text("")), ("description", Text("")), ("protocols", Any("")), ("mode", Any("")),
            ("health_check", Text("")), ("documentation", Text(""))));
        yield return ("JsonRpcRequest", Any("A JSON-RPC 2.0 request, or an array of them."));
        yield return ("JsonRpcResponse", Any("A JSON-RPC 2.0 response, or an array of them."));
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

    private static OpenApiSchema Token() => Plain(JsonSchemaType.String | JsonSchemaType.Null, "Null on the last page.");

    public static OpenApiSchema List(IOpenApiSchema items) => new() { Type = JsonSchemaType.Array, Items = items };

    public static OpenApiSchema OneOf(params IOpenApiSchema[] schemas) => new() { OneOf = schemas };

    private static OpenApiSchema Plain(JsonSchemaType type, string description) => new()
    {
        Type = type,
        Description = description.Length == 0 ? null : description,
    };
}
