namespace OrleansRegistry.Http;

/// <summary>What the OpenAPI document says of one endpoint. Schemas go by their names in <see cref="ApiSchemas"/>.</summary>
internal sealed class ApiOperation(string id, string tag, string summary)
{
    private readonly List<ApiParameter> parameters = [];
    private readonly List<ApiAnswer> answers = [];

    public string Id { get; } = id;

    public string Tag { get; } = tag;

    public string Summary { get; } = summary;

    public string? Description { get; private set; }

    /// <summary>Whether requests and answers carry <c>X-Registry-Revision</c>.</summary>
    public bool HasRevision { get; private set; }

    public IReadOnlyList<ApiParameter> Parameters => parameters;

    public IReadOnlyList<ApiAnswer> Answers => answers;

    public string? BodySchema { get; private set; }

    public IReadOnlyList<string> BodyTypes { get; private set; } = [];

    public ApiOperation Says(string description)
    {
        Description = description;
        return this;
    }

    public ApiOperation WithRevision()
    {
        HasRevision = true;
        return this;
    }

    /// <summary>Whether it is answered without a caller.</summary>
    public bool IsAnonymous { get; private set; }

    public ApiOperation AllowAnonymous()
    {
        IsAnonymous = true;
        return this;
    }

    /// <summary>Whether it is answered however much else there is to do.</summary>
    public bool IsUnlimited { get; private set; }

    public ApiOperation Unlimited()
    {
        IsUnlimited = true;
        return this;
    }

    public ApiOperation Path(string name, string description) => Add(new ApiParameter(ApiPlace.Path, name, description))
        .Add(new ApiParameter(
            ApiPlace.IdInQuery, IdInQuery.NameOf(name), $"The same where the path has {IdInQuery.Mark} in its place: for proxies that decode %2F."));

    /// <param name="aliases">Further names that the request may use; they are not in the document.</param>
    public ApiOperation Query(string name, string description, string type = "string", bool repeats = false, params string[] aliases) =>
        Add(new ApiParameter(ApiPlace.Query, name, description) { Type = type, Repeats = repeats, Aliases = aliases });

    public ApiOperation Header(string name, string description) => Add(new ApiParameter(ApiPlace.Header, name, description));

    /// <summary>What <see cref="QueryParameters"/> takes.</summary>
    public IEnumerable<ApiParameter> QueryParameters => parameters.Where(parameter => parameter.Place == ApiPlace.Query);

    /// <summary>A write that can be sent again with the key that it was sent with.</summary>
    public ApiOperation Idempotent() =>
        Header(
            RequestCaller.KeyHeader,
            "Names this request, so that it can be sent again where its answer was lost: it is carried out once, and answered with repeated.")
            .Problems(422);

    /// <summary>A write that takes a <see cref="GenerationCondition"/>.</summary>
    public ApiOperation IfGeneration() => Header(
        "If-Match",
        "Write only if this is the generation, in double quotes; else 412. if_generation_match in the body or query is the same, and answers 409.");

    /// <summary>Answers that name states of tasks: see <see cref="StateFormat"/>.</summary>
    public ApiOperation Versioned() =>
        Query(StateFormat.Parameter, "1.0, the default: TASK_STATE_WORKING; 0.3: working. Both are read everywhere.")
            .Header(StateFormat.Header, "The same, as A2A clients say it.");

    public ApiOperation Paged(PageLimit limit) =>
        Query(PageLimit.Field, $"1 to {limit.Max:N0}; {limit.Usual} unless given.", "integer", aliases: "pageSize")
            .Query("page_token", "The nextPageToken of the page before.", aliases: "pageToken");

    public ApiOperation Body(string schema, params string[] types)
    {
        BodySchema = schema;
        BodyTypes = types.Length == 0 ? ["application/json"] : types;
        return this;
    }

    public ApiOperation Answer(
        int status, string description, string? schema = null, bool isTagged = false, string contentType = JsonContentType.Json)
    {
        answers.Add(new ApiAnswer(status, description, schema, isTagged, contentType));
        return this;
    }

    /// <summary>A stream of server-sent events can be resumed.</summary>
    public ApiOperation Resumable() =>
        Header(EventStreams.Header, "The id of the last event that the client has: it goes on after that.")
            .Query(EventStreams.Parameter, "The same, for clients that can't set the header.", "integer");

    /// <summary>A stream of server-sent events.</summary>
    public ApiOperation AnswerEvents(string description)
    {
        answers.Add(new ApiAnswer(200, description, "Events", false, SseWriter.ContentType));
        return this;
    }

    public ApiOperation Problems(params int[] statuses)
    {
        answers.AddRange(statuses.Select(ApiAnswer.Problem));
        return this;
    }

    private ApiOperation Add(ApiParameter parameter)
    {
        parameters.Add(parameter);
        return this;
    }
}

internal enum ApiPlace
{
    Path,
    Query,

    /// <summary>An id that stands in the query instead of the path.</summary>
    IdInQuery,
    Header,
}

internal sealed record ApiParameter(ApiPlace Place, string Name, string Description)
{
    public string Type { get; init; } = "string";

    public bool Repeats { get; init; }

    public IReadOnlyList<string> Aliases { get; init; } = [];
}

/// <param name="Schema">Null: without a body.</param>
/// <param name="IsTagged">Carries an <c>ETag</c>.</param>
internal sealed record ApiAnswer(int Status, string Description, string? Schema, bool IsTagged, string ContentType = JsonContentType.Json)
{
    public static ApiAnswer Problem(int status) =>
        new(status, ApiSchemas.ProblemText(status), "Problem", IsTagged: false, RegistryProblem.ContentType);
}
