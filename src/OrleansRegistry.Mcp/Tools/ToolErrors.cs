using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol;

namespace OrleansRegistry.Mcp.Tools;

/// <summary>The one mapping from refusals to what clients of MCP are told.</summary>
internal static class ToolErrors
{
    /// <summary>The result of a tool that was refused; null where the fault is nobody's refusal.</summary>
    public static ToolResult? Explain(Exception fault) => fault switch
    {
        RegistryException refusal => ToolResult.Error(KindOf(refusal.Error), refusal.Message, refusal.Field, json => WriteMore(json, refusal)),
        LimitException limit => ToolResult.Error(
            KindOf(RegistryError.Busy),
            limit.Message,
            field: null,
            json => json.WriteNumber("retry_after_seconds"u8, (long)limit.RetryAfter.TotalSeconds)),
        BadHttpRequestException bad => ToolResult.Error(
            bad.StatusCode == StatusCodes.Status403Forbidden ? KindOf(RegistryError.Forbidden) : KindOf(RegistryError.Invalid),
            bad.Message,
            (bad as HttpProblemException)?.Field),
        _ => null,
    };

    /// <summary>The same for a resource, which has no result to say it in.</summary>
    /// <param name="isNewest">Of the revision that has no error of its own for what is not there.</param>
    public static McpProtocolException? ExplainResource(Exception fault, bool isNewest)
    {
        if (fault is not RegistryException refusal)
        {
            return fault is BadHttpRequestException bad ? new McpProtocolException(bad.Message, McpErrorCode.InvalidParams) : null;
        }

        var code = refusal.Error switch
        {
            RegistryError.NotFound => isNewest ? McpErrorCode.InvalidParams : McpErrorCode.ResourceNotFound,
            RegistryError.Invalid or RegistryError.TooLarge or RegistryError.Forbidden => McpErrorCode.InvalidParams,
            _ => McpErrorCode.InternalError,
        };
        return new McpProtocolException(refusal.Message, code)
        {
            Data = { ["kind"] = KindOf(refusal.Error), ["field"] = refusal.Field },
        };
    }

    /// <summary>As in <c>not_found</c>.</summary>
    public static string KindOf(RegistryError error) => JsonNamingPolicy.SnakeCaseLower.ConvertName(error.ToString());

    private static void WriteMore(Utf8JsonWriter json, RegistryException refusal)
    {
        if (refusal.CurrentState is { } state)
        {
            json.WriteString("state"u8, state.ToV10());
        }

        json.WriteGiven("current_generation", refusal.CurrentGeneration);

        if (refusal.RetryAfter is { } pause)
        {
            json.WriteNumber("retry_after_seconds"u8, Math.Max(1, (long)Math.Ceiling(pause.TotalSeconds)));
        }
    }
}
