using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Service;

/// <summary>The registry's own agent card: A2A 1.0, with what readers of 0.2 and 0.3 look for beside it.</summary>
internal sealed class RegistryCard(RegistryHttpOptions options)
{
    /// <summary>The A2A version that the older readers' fields follow.</summary>
    public const string OlderVersion = "0.3.0";

    private const string Version = "1.0";

    /// <summary>
    /// The methods at <c>/jsonrpc</c> are the older registry's, none of them A2A's: a binding of its own, which A2A 1.0 (5.8) names by a URI. A client
    /// that looks for JSONRPC must not take it for that.
    /// </summary>
    private const string Binding = "urn:a2a-registry:jsonrpc:1";

    private static readonly (string Id, string Description, string[] Tags)[] Skills =
    [
        ("register_agent", "Register an agent by its card, or replace it", ["registry", "write"]),
        ("get_agent", "Get a registered agent by its id", ["registry", "read"]),
        ("list_agents", "List the registered agents", ["registry", "read"]),
        ("search_agents", "Search agents by keyword, skill, tag, category or capability", ["registry", "search"]),
        ("unregister_agent", "Remove an agent", ["registry", "write"]),
        ("list_extensions", "List the A2A extensions that agents declare", ["registry", "extensions"]),
        ("ping_agent", "Tell whether an agent is registered and enabled", ["registry", "read"]),
    ];

    /// <summary>Where the registry is, as the client of the request reaches it.</summary>
    public string UrlOf(HttpRequest request) => PublicPath.UrlOf(options, request);

    /// <summary>Whether every client gets the same card: it does not take its URLs from the request.</summary>
    public bool IsSameForAll => options.PublicUrl is not null;

    /// <param name="snakeCase">Add the snake_case names under which the older registry's JSON-RPC clients look.</param>
    /// <param name="isStrict">Leaves out what A2A 1.0 does not know.</param>
    public void Write(Utf8JsonWriter json, HttpRequest request, bool snakeCase, bool isStrict = false)
    {
        var url = PublicPath.UrlOf(options, request);
        json.WriteStartObject();
        json.WriteString("name"u8, RegistryService.Name);
        json.WriteString("description"u8, "A registry of A2A agents: register, look up and search agent cards"u8);
        json.WriteString("version"u8, RegistryService.Version);
        WriteInterfaces(json, url);
        if (!isStrict)
        {
            json.WriteString("url"u8, url + "/jsonrpc");
            json.WriteString("protocolVersion"u8, OlderVersion);
            json.WriteString("preferredTransport"u8, "JSONRPC"u8);
        }

        WriteCapabilities(json);
        WriteModes(json, "defaultInputModes");
        WriteModes(json, "defaultOutputModes");
        if (snakeCase)
        {
            json.WriteString("protocol_version"u8, OlderVersion);
            json.WriteString("preferred_transport"u8, "JSONRPC"u8);
            WriteModes(json, "default_input_modes");
            WriteModes(json, "default_output_modes");
        }

        WriteSkills(json);
        json.WriteEndObject();
    }

    private static void WriteInterfaces(Utf8JsonWriter json, string url)
    {
        json.WriteStartArray("supportedInterfaces"u8);
        json.WriteStartObject();
        json.WriteString("url"u8, url + "/jsonrpc");
        json.WriteString("protocolBinding"u8, Binding);
        json.WriteString("protocolVersion"u8, Version);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteCapabilities(Utf8JsonWriter json)
    {
        json.WriteStartObject("capabilities"u8);
        json.WriteBoolean("streaming"u8, false);
        json.WriteBoolean("pushNotifications"u8, false);
        json.WriteEndObject();
    }

    private static void WriteModes(Utf8JsonWriter json, string name)
    {
        json.WriteStartArray(name);
        json.WriteStringValue("application/json"u8);
        json.WriteEndArray();
    }

    private static void WriteSkills(Utf8JsonWriter json)
    {
        json.WriteStartArray("skills"u8);
        foreach (var (id, description, tags) in Skills)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, id);
            json.WriteString("name"u8, id);
            json.WriteString("description"u8, description);
            json.WriteGiven("tags", tags);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
