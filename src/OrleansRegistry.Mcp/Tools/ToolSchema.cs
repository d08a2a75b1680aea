using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrleansRegistry.Mcp.Tools;

/// <summary>A member of a JSON schema.</summary>
/// <param name="IsRequired">It must be there.</param>
internal readonly record struct SchemaMember(string Name, JsonObject Schema, bool IsRequired = false)
{
    /// <summary>The same, as one that must be there.</summary>
    public SchemaMember Required() => this with { IsRequired = true };
}

/// <summary>Writes the JSON schemas of tools.</summary>
internal static class ToolSchema
{
    public static SchemaMember Text(string name, string description) => Plain(name, "string", description);

    public static SchemaMember Flag(string name, string description) => Plain(name, "boolean", description);

    public static SchemaMember Object(string name, string description) => Plain(name, "object", description);

    public static SchemaMember Number(string name, string description, int? least = null, int? most = null)
    {
        var member = Plain(name, "integer", description);
        if (least is not null)
        {
            member.Schema["minimum"] = least;
        }

        if (most is not null)
        {
            member.Schema["maximum"] = most;
        }

        return member;
    }

    public static SchemaMember Texts(string name, string description) => List(name, description, new JsonObject { ["type"] = "string" });

    public static SchemaMember OneOf(string name, string description, params IEnumerable<string> values)
    {
        var member = Plain(name, "string", description);
        member.Schema["enum"] = Array(values);
        return member;
    }

    public static SchemaMember List(string name, string description, JsonObject items)
    {
        var member = Plain(name, "array", description);
        member.Schema["items"] = items;
        return member;
    }

    public static SchemaMember PageSize(PageLimit limit, int usual) =>
        Number(PageLimit.Field, $"How many at most. Default: {usual}.", 1, limit.Max);

    public static SchemaMember PageToken() =>
        Text("page_token", "To go on: the next_page_token of the result before, with all other arguments as they were.");

    public static JsonObject Shape(params IEnumerable<SchemaMember> members)
    {
        var properties = new JsonObject();
        var required = new List<string>();
        foreach (var (name, schema, isRequired) in members)
        {
            // A schema may be part of several, and a node has one parent.
            properties[name] = schema.DeepClone();
            if (isRequired)
            {
                required.Add(name);
            }
        }

        var shape = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (required.Count > 0)
        {
            shape["required"] = Array(required);
        }

        return shape;
    }

    /// <summary>Of the arguments of a tool: others are refused.</summary>
    public static JsonElement Input(IEnumerable<SchemaMember> members)
    {
        var shape = Shape(members);
        shape["additionalProperties"] = false;
        return JsonSerializer.SerializeToElement(shape);
    }

    /// <summary>Of the result of a tool. Clients check what they get by it, errors too: so either may be there.</summary>
    public static JsonElement Output(IEnumerable<SchemaMember> members)
    {
        SchemaMember[] all = [.. members];
        var error = Shape(
            Text("kind", "").Required(), Text("message", "").Required(), Text("field", "The argument at fault."),
            Text("state", "The task's state, where that is why."), Number("current_generation", ""), Number("retry_after_seconds", ""));
        var shape = Shape(all.Select(member => member with { IsRequired = false }).Append(new SchemaMember("error", error)));
        shape["anyOf"] = new JsonArray(
            new JsonObject { ["required"] = Array(all.Where(member => member.IsRequired).Select(member => member.Name)) },
            new JsonObject { ["required"] = Array(["error"]) });
        return JsonSerializer.SerializeToElement(shape);
    }

    private static SchemaMember Plain(string name, string type, string description)
    {
        var schema = new JsonObject { ["type"] = type };
        if (description.Length > 0)
        {
            schema["description"] = description;
        }

        return new SchemaMember(name, schema);
    }

    private static JsonArray Array(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);
}
