using System.Text.Json;

namespace OrleansRegistry.Subscriptions;

/// <summary>
/// The agents that a query is about, as it is stored: <c>{"query": "…", "any": {"tag": ["…"]}, "all": {…}, "not": {…}}</c>, each where there is one.
/// </summary>
internal static class StoredQuery
{
    public static RawJson Write(AgentQuery query) => FieldsWriter.Write(query, static (json, query) =>
    {
        if (!string.IsNullOrEmpty(query.Text))
        {
            json.WriteString("query"u8, query.Text);
        }

        Write(json, "any", query.Any);
        Write(json, "all", query.All);
        Write(json, "not", query.Not);
    });

    /// <exception cref="JsonException">It is not such a query, or filters by what this version does not know.</exception>
    public static AgentQuery Read(RawJson stored)
    {
        using var document = JsonDocument.Parse(stored.Utf8, JsonInput.Stored);
        var query = new StoredObject(document.RootElement, "query");
        return new AgentQuery
        {
            Text = query.TextOrNull("query"),
            Any = Read(query, "any"),
            All = Read(query, "all"),
            Not = Read(query, "not"),
        };
    }

    private static void Write(Utf8JsonWriter json, string name, AgentFilters filters)
    {
        if (!filters.Fields.Any())
        {
            return;
        }

        json.WriteStartObject(name);
        foreach (var field in filters.Fields)
        {
            json.WriteStartArray(field.Name);
            foreach (var value in filters[field])
            {
                json.WriteStringValue(value);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static AgentFilters Read(StoredObject query, string name)
    {
        var filters = AgentFilters.None;
        if (!query.Has(name))
        {
            return filters;
        }

        using var document = JsonDocument.Parse(query.Raw(name).Utf8, JsonInput.Stored);
        var members = new StoredObject(document.RootElement, name);
        foreach (var member in document.RootElement.EnumerateObject())
        {
            // A filter that is left out would tell of agents that nobody asked for.
            var field = AgentField.Find(member.Name) ?? throw new JsonException($"'{name}' filters by '{member.Name}', which is not known");
            filters = filters.With(field, members.Array(
                member.Name, value => value.GetString() ?? throw new JsonException($"'{member.Name}' has a value that is not a string")));
        }

        return filters;
    }
}
