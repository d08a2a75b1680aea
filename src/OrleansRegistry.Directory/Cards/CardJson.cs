using System.Text.Json;

namespace OrleansRegistry.Directory;

/// <summary>How members of a card are looked up: in either case, with null as absent, and with an error that names the place.</summary>
internal static class CardJson
{
    /// <summary>The member in camelCase or, where the card has none, in snake_case. An explicit null counts as absent.</summary>
    public static bool TryGet(JsonElement element, string name, out JsonElement value)
    {
        return TryGetOwn(element, name, out value) || (ToSnakeCase(name) is { } snake && TryGetOwn(element, snake, out value));

        static bool TryGetOwn(JsonElement element, string name, out JsonElement value) =>
            element.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
    }

    public static string ToCamelCase(string name)
    {
        if (!name.Contains('_'))
        {
            return name;
        }

        var parts = name.Split('_', StringSplitOptions.RemoveEmptyEntries);
        return string.Concat(parts.Select((part, i) => i == 0 ? part : char.ToUpperInvariant(part[0]) + part[1..]));
    }

    /// <summary>A string, or null where the member is absent.</summary>
    /// <param name="path">Where <paramref name="owner"/> is.</param>
    public static string? Text(JsonElement owner, CardPath path, string name)
    {
        if (!TryGet(owner, name, out var value))
        {
            return null;
        }

        Demand(value, JsonValueKind.String, path.To(name), "a string");
        return value.GetString();
    }

    public static void Demand(JsonElement value, JsonValueKind kind, CardPath path, string what)
    {
        if (value.ValueKind != kind)
        {
            throw RegistryException.Invalid(path.ToString(), $"must be {what}, not {JsonInput.Describe(value)}");
        }
    }

    private static string? ToSnakeCase(string name) => name switch
    {
        "protocolVersion" => "protocol_version",
        "protocolBinding" => "protocol_binding",
        "preferredTransport" => "preferred_transport",
        "supportedInterfaces" => "supported_interfaces",
        "securitySchemes" => "security_schemes",
        "securityRequirements" => "security_requirements",
        "inputModes" => "input_modes",
        "outputModes" => "output_modes",
        "defaultInputModes" => "default_input_modes",
        "defaultOutputModes" => "default_output_modes",
        _ => null,
    };
}
