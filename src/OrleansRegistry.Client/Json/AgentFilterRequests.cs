using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>The filters of a query, in a body and in a query string.</summary>
internal static class AgentFilterRequests
{
    public static void Write(Utf8JsonWriter json, AgentQuery query)
    {
        Write(json, query.Any);
        Write(json, "all", query.All);
        Write(json, "not", query.Not);
    }

    public static IEnumerable<(string Name, string? Value)> Of(AgentQuery query) =>
        [.. Of("", query.Any), .. Of("all.", query.All), .. Of("not.", query.Not)];

    private static IEnumerable<(string Name, string? Value)> Of(string rule, AgentFilters filters) =>
        filters.Fields.SelectMany(field => filters[field].Select(value => (rule + field, (string?)value)));

    public static void Write(Utf8JsonWriter json, string rule, AgentFilters filters)
    {
        if (filters.Fields.Any())
        {
            json.WriteStartObject(rule);
            Write(json, filters);
            json.WriteEndObject();
        }
    }

    private static void Write(Utf8JsonWriter json, AgentFilters filters)
    {
        foreach (var field in filters.Fields)
        {
            // Where a newer client meets an older registry, one value goes as the string that it always was.
            if (filters[field] is [var one] && field.Plural is null)
            {
                Write(json, field, one);
            }
            else
            {
                json.WriteGiven(field.Plural ?? field.Name, filters[field]);
            }
        }
    }

    private static void Write(Utf8JsonWriter json, AgentField field, string value)
    {
        if (field == AgentField.Enabled && bool.TryParse(value, out var flag))
        {
            json.WriteBoolean(field.Name, flag);
        }
        else
        {
            json.WriteString(field.Name, value);
        }
    }
}
