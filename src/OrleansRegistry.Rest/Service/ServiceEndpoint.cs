using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Service;

/// <summary>What this service is: <c>GET /</c>.</summary>
internal sealed class ServiceEndpoint(RegistryRestOptions options)
{
    private static readonly (string Name, string Request)[] Requests =
    [
        ("register", "POST /agents"),
        ("register_many", "POST /agents:batch"),
        ("get", "GET /agents/{id}"),
        ("get_card", "GET /agents/{id}/card"),
        ("put", "PUT /agents/{id}"),
        ("patch", "PATCH /agents/{id}"),
        ("enable", "POST /agents/{id}:enable"),
        ("disable", "POST /agents/{id}:disable"),
        ("heartbeat", "POST /agents/{id}:heartbeat"),
        ("list", "GET /agents"),
        ("search", "POST /agents/search"),
        ("unregister", "DELETE /agents/{id}"),
        ("list_extensions", "GET /extensions"),
        ("get_extension", "GET /extensions/{uri}"),
        ("agent_extensions", "GET /agents/{id}/extensions"),
        ("submit_task", "POST /tasks"),
        ("get_task", "GET /tasks/{id}"),
        ("update_task", "PATCH /tasks/{id}"),
        ("cancel_task", "POST /tasks/{id}:cancel"),
        ("watch_task", "GET /tasks/{id}/events"),
        ("claim_task", "POST /agents/{id}/tasks:claim"),
        ("list_tasks", "GET /tasks"),
        ("count_tasks", "GET /tasks:count"),
        ("get_context", "GET /contexts/{id}"),
        ("list_contexts", "GET /contexts"),
        ("stats", "GET /stats"),
        ("tags", "GET /tags"),
        ("categories", "GET /categories"),
    ];

    public void Map(ApiRoutes routes) =>
        routes.Get("/", GetServiceAsync, new ApiOperation("getService", "Service", "What this service is, and where it is reached").AllowAnonymous()
            .Answer(200, "The service.", "Service"));

    private Task GetServiceAsync(HttpContext context)
    {
        var answer = JsonAnswer.RentObject();
        var json = answer.Json;
        json.WriteString("service"u8, RegistryService.Name);
        json.WriteString("version"u8, RegistryService.Version);
        json.WriteString("description"u8, "A distributed registry of AI agents that speak A2A (Agent2Agent)"u8);
        json.WriteStartObject("protocols"u8);
        json.WriteStartObject("primary"u8);
        json.WriteString("transport"u8, "JSONRPC"u8);
        json.WriteString("endpoint"u8, PublicPath.Of(context, "/jsonrpc"));
        json.WriteString("description"u8, "JSON-RPC 2.0"u8);
        json.WriteEndObject();
        json.WriteStartObject("secondary"u8);
        json.WriteString("transport"u8, "HTTP+JSON"u8);
        WriteRequests(json);
        json.WriteString("description"u8, "HTTP with JSON, and more than JSON-RPC offers"u8);
        json.WriteEndObject();
        json.WriteEndObject();
        WriteMode(json);
        json.WriteString("health_check"u8, PublicPath.Of(context, "/health"));
        json.WriteString("documentation"u8, PublicPath.Of(context, "/docs"));
        return answer.SendObjectAsync(context);
    }

    private static void WriteRequests(Utf8JsonWriter json)
    {
        json.WriteStartObject("endpoints"u8);
        foreach (var (name, request) in Requests)
        {
            json.WriteString(name, request);
        }

        json.WriteEndObject();
    }

    private void WriteMode(Utf8JsonWriter json)
    {
        json.WriteStartObject("mode"u8);
        json.WriteBoolean("development"u8, options.DevelopmentMode);
        json.WriteBoolean("extension_verification"u8, options.RequireExtensionVerification);
        json.WriteBoolean("domain_verification"u8, options.RequireDomainVerification);
        json.WriteBoolean("signature_verification"u8, options.RequireSignatureVerification);
        json.WriteEndObject();
    }
}
