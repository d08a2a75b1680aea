using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Extensions;

/// <summary>Writes extensions as answers show them.</summary>
internal static class ExtensionJson
{
    public static void Write(Utf8JsonWriter json, ExtensionInfo extension)
    {
        json.WriteStartObject();
        json.WriteString("uri"u8, extension.Uri);
        json.WriteString("description"u8, extension.Description);
        json.WriteBoolean("required"u8, extension.Required);
        json.WritePropertyName("params"u8);
        json.WriteRawValue(extension.Params.IsEmpty ? "{}"u8 : extension.Params.Span, skipInputValidation: true);
        json.WriteString("first_declared_by_agent"u8, extension.FirstDeclaredByAgent);
        json.WriteTime("first_declared_at", extension.FirstDeclaredAt);
        json.WriteString("trust_level"u8, extension.TrustLevel);
        json.WriteGiven("declaring_agents", extension.DeclaringAgents);
        json.WriteNumber("usage_count"u8, extension.UsageCount);
        json.WriteEndObject();
    }

    /// <summary>The members <c>extensions</c> and <c>count</c>.</summary>
    public static async ValueTask WriteListAsync(JsonAnswer answer, HttpContext context, IReadOnlyList<ExtensionInfo> extensions)
    {
        var json = answer.Json;
        json.WriteStartArray("extensions"u8);
        foreach (var extension in extensions)
        {
            Write(json, extension);
            await answer.DrainAsync(context);
        }

        json.WriteEndArray();
        json.WriteNumber("count"u8, extensions.Count);
    }

    /// <summary>The members <c>extensions</c>, <c>count</c>, <c>total_count</c> and <c>next_page_token</c>.</summary>
    public static async ValueTask WritePageAsync(JsonAnswer answer, HttpContext context, ExtensionPage page)
    {
        await WriteListAsync(answer, context, page.Extensions);
        var json = answer.Json;
        json.WriteNumber("total_count"u8, page.TotalCount);
        json.WriteString("next_page_token"u8, page.NextPageToken);
    }
}
