using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace OrleansRegistry.Http;

/// <summary>Puts the <see cref="ApiOperation"/> of each endpoint into the OpenAPI document.</summary>
internal static class OpenApiDescriber
{
    /// <summary>The answers that every request can get.</summary>
    private static readonly ApiAnswer TooLong = ApiAnswer.Problem(StatusCodes.Status414UriTooLong);

    /// <summary>The answer to a request that waits for a revision.</summary>
    private static readonly ApiAnswer UnknownRevision = ApiAnswer.Problem(StatusCodes.Status409Conflict);

    public static void Configure(OpenApiOptions options)
    {
        options.AddOperationTransformer((operation, context, _) =>
        {
            if (context.Description.ActionDescriptor.EndpointMetadata.OfType<ApiOperation>().FirstOrDefault() is { } description)
            {
                Describe(operation, description, context.Document!);
                if (!description.IsAnonymous && SecuritySchemes.Of(OptionsOf(context.ApplicationServices)) is { Count: > 0 } schemes)
                {
                    operation.Security = [.. schemes.Select(scheme => SecuritySchemes.Requirement(scheme.Name, context.Document))];
                }
            }

            return Task.CompletedTask;
        });
        options.AddDocumentTransformer((document, context, _) =>
        {
            Finish(document, context.ApplicationServices);
            return Task.CompletedTask;
        });
    }

    private static RegistryHttpOptions OptionsOf(IServiceProvider services) => services.GetRequiredService<IOptions<RegistryHttpOptions>>().Value;

    private static void Finish(OpenApiDocument document, IServiceProvider services)
    {
        var options = OptionsOf(services);
        foreach (var (name, scheme) in SecuritySchemes.Of(options))
        {
            document.AddComponent<IOpenApiSecurityScheme>(name, scheme);
        }

        if (options.PublicUrl is { } url)
        {
            document.Servers = [new OpenApiServer { Url = url.TrimEnd('/') }];
        }

        document.Info.Title = RegistryService.Name;
        document.Info.Version = RegistryService.Version;
        foreach (var (name, schema) in services.GetServices<ApiSchemaSource>().SelectMany(source => source(document)))
        {
            document.AddComponent(name, schema);
        }

        foreach (var path in document.Paths.Values)
        {
            // HEAD is GET without the body; to list it doubles the document and tells nothing.
            path.Operations?.Remove(HttpMethod.Head);
        }
    }

    private static void Describe(OpenApiOperation operation, ApiOperation description, OpenApiDocument document)
    {
        operation.OperationId = description.Id;
        operation.Summary = description.Summary;
        operation.Description = description.Description;
        operation.Parameters = description.Parameters.Select(Parameter).ToList();
        if (description.HasRevision)
        {
            operation.Parameters.Add(Parameter(new ApiParameter(
                ApiPlace.Header,
                RevisionHeader.Name,
                "Answer only once this node has seen this registry revision; 409 where the registry has never come so far.")
            {
                Type = "integer",
            }));
        }

        if (description.BodySchema is { } body)
        {
            operation.RequestBody = new OpenApiRequestBody { Required = true, Content = Content(body, description.BodyTypes, document) };
        }

        operation.Responses = [];
        var answers = description.Answers.Append(TooLong).Concat(description.HasRevision ? [UnknownRevision] : []);
        foreach (var answer in answers.DistinctBy(answer => answer.Status))
        {
            operation.Responses[answer.Status.ToString(CultureInfo.InvariantCulture)] = Response(answer, description.HasRevision, document);
        }
    }

    private static IOpenApiParameter Parameter(ApiParameter parameter)
    {
        var schema = new OpenApiSchema
        {
            Type = parameter.Type switch
            {
                "integer" => JsonSchemaType.Integer,
                "boolean" => JsonSchemaType.Boolean,
                _ => JsonSchemaType.String,
            },
        };
        return new OpenApiParameter
        {
            Name = parameter.Name,
            Description = parameter.Description,
            In = parameter.Place switch
            {
                ApiPlace.Path => ParameterLocation.Path,
                ApiPlace.Query or ApiPlace.IdInQuery => ParameterLocation.Query,
                _ => ParameterLocation.Header,
            },
            Required = parameter.Place == ApiPlace.Path,
            Schema = parameter.Repeats ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = schema } : schema,
        };
    }

    private static OpenApiResponse Response(ApiAnswer answer, bool hasRevision, OpenApiDocument document)
    {
        var headers = new Dictionary<string, IOpenApiHeader>();
        if (hasRevision)
        {
            headers[RevisionHeader.Name] =
                Header("The registry revision that the answer is at least as new as; of a write, its own.", JsonSchemaType.Integer);
        }

        if (answer.IsTagged)
        {
            headers["ETag"] = Header("Changes whenever what it stands for does.", JsonSchemaType.String);
        }

        return new OpenApiResponse
        {
            Description = answer.Description,
            Headers = headers,
            Content = answer.Schema is { } schema
                ? Content(schema, [answer.ContentType], document)
                : null,
        };
    }

    private static OpenApiHeader Header(string description, JsonSchemaType type) => new()
    {
        Description = description,
        Schema = new OpenApiSchema { Type = type },
    };

    private static Dictionary<string, OpenApiMediaType> Content(string schema, IEnumerable<string> types, OpenApiDocument document) =>
        types.ToDictionary(type => type, _ => new OpenApiMediaType { Schema = new OpenApiSchemaReference(schema, document) });
}
