using System.Buffers;
using System.Text;
using System.Text.Json;

namespace OrleansRegistry.Protocol.Tests;

public class A2AErrorTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("TASK_NOT_FOUND", -32001, 404, "NOT_FOUND")]
    [InlineData("TASK_NOT_CANCELABLE", -32002, 400, "FAILED_PRECONDITION")]
    [InlineData("PUSH_NOTIFICATION_NOT_SUPPORTED", -32003, 400, "FAILED_PRECONDITION")]
    [InlineData("UNSUPPORTED_OPERATION", -32004, 400, "FAILED_PRECONDITION")]
    [InlineData("CONTENT_TYPE_NOT_SUPPORTED", -32005, 400, "INVALID_ARGUMENT")]
    [InlineData("INVALID_AGENT_RESPONSE", -32006, 500, "INTERNAL")]
    [InlineData("EXTENDED_AGENT_CARD_NOT_CONFIGURED", -32007, 400, "FAILED_PRECONDITION")]
    [InlineData("EXTENSION_SUPPORT_REQUIRED", -32008, 400, "FAILED_PRECONDITION")]
    [InlineData("VERSION_NOT_SUPPORTED", -32009, 400, "FAILED_PRECONDITION")]
    public void S5_4_each_error_has_the_codes_of_the_specification(string reason, int code, int http, string rpc)
    {
        var error = Assert.Single(A2AError.Protocol, error => error.Reason == reason);
        Assert.Equal((code, http, rpc, "a2a-protocol.org"), (error.Code, error.Http, error.Rpc.ToName(), error.Domain));
    }

    [Fact]
    public void S11_6_an_error_over_HTTP_is_a_google_rpc_Status() => Assert.Equal(
        """
        {"error":{"code":404,"status":"NOT_FOUND","message":"There is no task \u0027t\u0027, or it is not yours.","details":[{
        "@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"TASK_NOT_FOUND","domain":"a2a-protocol.org",
        "metadata":{"taskId":"t","timestamp":"2026-01-31T12:00:00.000Z"}}]}}
        """.ReplaceLineEndings(""),
        Write(json => A2AErrorJson.WriteStatus(json, A2AException.TaskNotFound("t"), Now)));

    [Fact]
    public void S9_5_invalid_parameters_name_the_field()
    {
        var fault = A2AException.Of(RegistryException.Invalid("page_size", "must be an integer from 1 to 100, not '0'"));
        Assert.Equal(
            """
            {"code":-32602,"message":"Invalid parameters: pageSize: must be an integer from 1 to 100, not \u00270\u0027","data":[{
            "@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"INVALID_PARAMS","domain":"orleans-registry",
            "metadata":{"timestamp":"2026-01-31T12:00:00.000Z"}},{"@type":"type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations":[{"field":"pageSize","description":"must be an integer from 1 to 100, not \u00270\u0027"}]}]}
            """.ReplaceLineEndings(""),
            Write(json => A2AErrorJson.WriteJsonRpc(json, fault, Now)));
    }

    [Fact]
    public void What_can_be_tried_again_says_when()
    {
        var fault = A2AException.Of(new RegistryException(RegistryError.Busy, "Busy") { RetryAfter = TimeSpan.FromSeconds(1.5) });
        Assert.Equal((503, "UNAVAILABLE", -32603), (fault.Error.Http, fault.Error.Rpc.ToName(), fault.Error.Code));
        Assert.Contains("\"retryDelay\":\"1.5s\"", Write(json => A2AErrorJson.WriteStatus(json, fault, Now)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RegistryError.NotFound, "task_id", "TASK_NOT_FOUND")]
    [InlineData(RegistryError.NotFound, "context_id", "NOT_FOUND")]
    [InlineData(RegistryError.Terminal, null, "UNSUPPORTED_OPERATION")]
    [InlineData(RegistryError.NotSupported, null, "UNSUPPORTED_OPERATION")]
    [InlineData(RegistryError.IdReused, "message.messageId", "MESSAGE_ID_REUSED")]
    [InlineData(RegistryError.KeyReused, "Idempotency-Key", "KEY_REUSED")]
    [InlineData(RegistryError.TooLarge, "message", "TOO_LARGE")]
    [InlineData(RegistryError.Forbidden, null, "FORBIDDEN")]
    [InlineData(RegistryError.Conflict, null, "CONFLICT")]
    [InlineData(RegistryError.StorageFull, null, "STORAGE_FULL")]
    [InlineData(RegistryError.Unreadable, null, "UNREADABLE")]
    public void Each_refusal_of_the_registry_has_an_error(RegistryError refusal, string? field, string reason) =>
        Assert.Equal(reason, A2AException.Of(new RegistryException(refusal, "text", field)).Error.Reason);

    [Fact]
    public void No_refusal_is_an_internal_error() => Assert.All(
        Enum.GetValues<RegistryError>(), error => Assert.NotEqual(A2AError.Internal, A2AException.Of(new RegistryException(error, "text")).Error));

    private static string Write(Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
