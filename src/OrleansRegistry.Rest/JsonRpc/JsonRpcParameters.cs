using System.Runtime.InteropServices;
using System.Text.Json;

namespace OrleansRegistry.Rest.JsonRpc;

/// <summary>The parameters of one call, given by name or by position.</summary>
internal sealed class JsonRpcParameters
{
    private readonly string[] names;
    private readonly JsonElement[] values;

    /// <param name="names">What the method takes, in the order of its positions.</param>
    /// <exception cref="JsonRpcException">-32602: there are others, or too many.</exception>
    public JsonRpcParameters(JsonElement given, string[] names)
    {
        this.names = names;
        values = new JsonElement[names.Length];
        if (given.ValueKind == JsonValueKind.Array)
        {
            if (given.GetArrayLength() > names.Length)
            {
                throw Invalid($"the method takes up to {names.Length} parameters");
            }

            var position = 0;
            foreach (var value in given.EnumerateArray())
            {
                values[position++] = value;
            }
        }
        else if (given.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in given.EnumerateObject())
            {
                Set(member);
            }
        }
    }

    /// <summary>A parameter's bytes as they were sent, copied.</summary>
    public ReadOnlyMemory<byte> Document(string name)
    {
        var value = Value(name);
        return value.ValueKind == JsonValueKind.Undefined ? throw Missing(name) : JsonMarshal.GetRawUtf8Value(value).ToArray();
    }

    public string Text(string name) => OptionalText(name) ?? throw Missing(name);

    /// <summary>A parameter of any type; undefined where it is not there.</summary>
    public JsonElement Any(string name) => Value(name);

    public JsonElement Array(string name) => Value(name) switch
    {
        { ValueKind: JsonValueKind.Array } array => array,
        { ValueKind: JsonValueKind.Undefined } => throw Missing(name),
        var other => throw Invalid($"{name} must be an array, not {JsonInput.Describe(other)}"),
    };

    public string? OptionalText(string name) => Value(name) switch
    {
        var absent when IsAbsent(absent) => null,
        { ValueKind: JsonValueKind.String } text => TextOf(text, name),
        var other => throw Invalid($"{name} must be a string, not {JsonInput.Describe(other)}"),
    };

    public bool? OptionalBoolean(string name) => Value(name) switch
    {
        var absent when IsAbsent(absent) => null,
        { ValueKind: JsonValueKind.True or JsonValueKind.False } flag => flag.GetBoolean(),
        var other => throw Invalid($"{name} must be true or false, not {JsonInput.Describe(other)}"),
    };

    public int Integer(string name, int otherwise, int min, int max) => OptionalInteger(name, $"must be an integer from {min:N0} to {max:N0}") switch
    {
        null => otherwise,
        { } number when number >= min && number <= max => number,
        _ => throw Invalid($"{name} must be an integer from {min:N0} to {max:N0}"),
    };

    /// <summary>The size of a page, for the registry to judge.</summary>
    public int PageSize(PageLimit limit) => OptionalInteger(PageLimit.Field, limit.Rule) ?? limit.Usual;

    public double Number(string name, double otherwise) => Value(name) switch
    {
        var absent when IsAbsent(absent) => otherwise,
        { ValueKind: JsonValueKind.Number } value when value.TryGetDouble(out var number) && double.IsFinite(number) => number,
        _ => throw Invalid($"{name} must be a number"),
    };

    public IReadOnlyList<string>? OptionalTexts(string name)
    {
        var value = Value(name);
        if (IsAbsent(value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? value.EnumerateArray().Select(item => TextOf(item, name)).ToArray()
            : throw Invalid($"{name} must be an array of strings");
    }

    private int? OptionalInteger(string name, string rule) => Value(name) switch
    {
        var absent when IsAbsent(absent) => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out var number) => number,
        _ => throw Invalid($"{name} {rule}"),
    };

    private void Set(JsonProperty member)
    {
        var position = System.Array.FindIndex(names, name => member.NameEquals(name));
        if (position < 0)
        {
            throw Invalid(names.Length == 0
                ? "the method takes no parameters"
                : $"there is one that the method does not take; it takes {string.Join(", ", names)}");
        }

        if (values[position].ValueKind != JsonValueKind.Undefined)
        {
            throw Invalid($"{names[position]} is there more than once");
        }

        values[position] = member.Value;
    }

    private JsonElement Value(string name) => values[System.Array.IndexOf(names, name)];

    private static bool IsAbsent(JsonElement value) => value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null
        || (value.ValueKind == JsonValueKind.String && value.ValueEquals(""));

    /// <exception cref="JsonRpcException">-32602: it is not valid Unicode.</exception>
    public static string TextOf(JsonElement value, string name)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Invalid($"{name} is not valid Unicode text");
        }
    }

    private static JsonRpcException Missing(string name) => new(JsonRpcException.InvalidParams, $"Missing required field: {name}");

    private static JsonRpcException Invalid(string what) => new(JsonRpcException.InvalidParams, $"Invalid params: {what}");
}
