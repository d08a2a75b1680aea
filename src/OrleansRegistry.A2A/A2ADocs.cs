using Microsoft.OpenApi;
using OrleansRegistry.A2A.HttpJson;
using OrleansRegistry.A2A.Service;
using static OrleansRegistry.Http.ApiSchemas;

namespace OrleansRegistry.A2A;

/// <summary>How the operations are described. Their bodies are A2A's, which its specification describes.</summary>
internal static class A2ADocs
{
    public const string Schema = "A2A";
    public const string ErrorSchema = "A2AError";
    public const string Tag = "A2A";

    public static ApiOperation Agent(string id, string summary) => new ApiOperation(id, Tag, summary)
        .Path("agentId", "The agent's id.")
        .Header(ServiceParameters.VersionName, "1.0. Absent, the request is of A2A 0.3.")
        .Header(ServiceParameters.ExtensionsName, "The URIs of the extensions that the client wants to use, with commas between.");

    public static ApiOperation Task(string id, string summary) => Agent(id, summary).Path("id", "The task's id.");

    public static ApiOperation Answered(this ApiOperation operation, string says) =>
        operation.Answer(200, says, Schema, contentType: HttpJsonAnswers.MediaType).Refused();

    public static ApiOperation Streamed(this ApiOperation operation) =>
        operation.AnswerEvents("Events without a name, each with a StreamResponse of A2A as its data.").Refused();

    public static IEnumerable<(string Name, IOpenApiSchema Schema)> Schemas(OpenApiDocument _)
    {
        yield return (Schema, Any("What A2A 1.0 says: https://a2a-protocol.org/latest/specification/."));
        yield return (ErrorSchema, Shape(("error", Shape(
            ("code", Integer("The HTTP status.")),
            ("status", Text("The status of gRPC, such as NOT_FOUND.")),
            ("message", Text("What is wrong, where, and what to do.")),
            ("details", List(Any("google.rpc.ErrorInfo, with the reason; google.rpc.BadRequest, with the field; google.rpc.RetryInfo.")))))));
    }

    public static ApiOperation Refused(this ApiOperation operation)
    {
        foreach (var status in (int[])[400, 404, 413, 503])
        {
            operation.Answer(status, ProblemText(status), ErrorSchema, contentType: HttpJsonAnswers.MediaType);
        }

        return operation;
    }
}
