using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OrleansRegistry.Rest.Agents;
using OrleansRegistry.Rest.Extensions;
using OrleansRegistry.Rest.Service;

namespace OrleansRegistry.Rest.JsonRpc;

/// <summary>The methods of <c>POST /jsonrpc</c>, named and shaped as the older registry's.</summary>
internal sealed class JsonRpcMethods
{
    private static readonly string[] OfVectors = ["update_agent_vectors", "get_agent_vectors", "get_vector_stats"];

    private readonly IAgentRegistry registry;
    private readonly Readiness readiness;
    private readonly RegistryCard card;
    private readonly Dictionary<string, Method> methods;

    public JsonRpcMethods(IAgentRegistry registry, Readiness readiness, RegistryCard card, IAgentVectors? vectors)
    {
        this.registry = registry;
        this.readiness = readiness;
        this.card = card;
        methods = new Dictionary<string, Method>(StringComparer.Ordinal)
        {
            ["register_agent"] = new(RegisterAsync, ["agent_card", "agent_id", "enabled"]),
            ["get_agent"] = new(GetAsync, ["agent_id"]),
            ["list_agents"] = new(ListAsync, []),
            ["unregister_agent"] = new(UnregisterAsync, ["agent_id"]),
            ["search_agents"] = new(new SearchMethod(registry).RunAsync, SearchMethod.Parameters),
            ["list_extensions"] = new(ListExtensionsAsync, ["uri_pattern", "declaring_agents", "trust_levels", "page_size", "page_token"]),
            ["ping_agent"] = new(PingAsync, ["agent_id"]),
            ["get_agent_card"] = new(GetOwnCardAsync, []),
            ["health_check"] = new(CheckHealthAsync, []),
            ["system.listMethods"] = new(ListMethodsAsync, []),
            ["system_listMethods"] = new(ListMethodsAsync, []),
            ["list_methods"] = new(ListMethodsAsync, []),
        };
        if (vectors is not null)
        {
            var ofVectors = new VectorMethods(vectors);
            methods["update_agent_vectors"] = new(ofVectors.UpdateAsync, ["agent_id", "vectors", "model"]);
            methods["get_agent_vectors"] = new(ofVectors.GetAsync, ["agent_id"]);
            methods["get_vector_stats"] = new(ofVectors.GetStatsAsync, []);
        }
    }

    private delegate Task<JsonRpcResult> Handler(HttpContext context, JsonRpcParameters parameters);

    /// <summary>Carries out a call.</summary>
    /// <returns>What writes its result.</returns>
    /// <exception cref="JsonRpcException">There is no such method, or the parameters are wrong.</exception>
    /// <exception cref="RegistryException">The registry refused.</exception>
    public Task<JsonRpcResult> InvokeAsync(HttpContext context, JsonRpcCall call)
    {
        if (methods.TryGetValue(call.Method, out var method))
        {
            return method.Handler(context, new JsonRpcParameters(call.Parameters, method.Parameters));
        }

        throw new JsonRpcException(
            JsonRpcException.MethodNotFound,
            OfVectors.Contains(call.Method) ? "Vector operations are not supported by this registry" : "Method not found");
    }

    private async Task<JsonRpcResult> RegisterAsync(HttpContext context, JsonRpcParameters parameters)
    {
        var registration = new AgentRegistration(
            parameters.Document("agent_card"), parameters.OptionalText("agent_id"), parameters.OptionalBoolean("enabled"));
        var written = await registry.RegisterAsync(context.GetCaller(), registration, context.RequestAborted);
        if (written.Agent.Revision > 0)
        {
            RevisionHeader.Set(context.Response, written.Agent.Revision);
        }

        return JsonRpcResults.Of(json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("success"u8, true);
            json.WriteString("agent_id"u8, written.Agent.Id);
            json.WriteString("message"u8, AgentAnswers.MessageOf(written));
            json.WriteNumber("extensions_processed"u8, written.ExtensionsProcessed);
            AgentAnswers.WriteOutcome(json, written, showsRecord: false);
            WriteTransport(json);
            json.WriteEndObject();
        });
    }

    private async Task<JsonRpcResult> GetAsync(HttpContext context, JsonRpcParameters parameters)
    {
        var agent = await FindAsync(context, parameters);
        return JsonRpcResults.Of(json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("agent_card"u8);
            json.WriteRawValue(agent.Card.Span, skipInputValidation: true);
            json.WriteBoolean("found"u8, true);
            json.WriteEndObject();
        });
    }

    private async Task<JsonRpcResult> ListAsync(HttpContext context, JsonRpcParameters parameters)
    {
        var page = await registry.ListAsync(context.GetCaller(), cancellationToken: context.RequestAborted);
        return async answer =>
        {
            var json = answer.Json;
            json.WriteStartObject();
            await WriteCardsAsync(answer, context, page.Agents);
            WriteTransport(json);
            json.WriteEndObject();
        };
    }

    private async Task<JsonRpcResult> UnregisterAsync(HttpContext context, JsonRpcParameters parameters)
    {
        var removal = await registry.RemoveAsync(context.GetCaller(), parameters.Text("agent_id"), default, context.RequestAborted);
        RevisionHeader.Set(context.Response, removal.Revision);
        return JsonRpcResults.Of(json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("success"u8, true);
            json.WriteString("message"u8, AgentAnswers.Unregistered);
            json.WriteString("agent_id"u8, removal.Id);
            json.WriteEndObject();
        });
    }

    private async Task<JsonRpcResult> ListExtensionsAsync(HttpContext context, JsonRpcParameters parameters)
    {
        var query = new ExtensionQuery
        {
            UriPattern = parameters.OptionalText("uri_pattern"),
            DeclaringAgents = parameters.OptionalTexts("declaring_agents") ?? [],
            TrustLevels = parameters.OptionalTexts("trust_levels") ?? [],
            PageSize = parameters.PageSize(PageLimit.Extensions),
            PageToken = parameters.OptionalText("page_token"),
        };
        var page = await registry.ListExtensionsAsync(context.GetCaller(), query, context.RequestAborted);
        return async answer =>
        {
            var json = answer.Json;
            json.WriteStartObject();
            await ExtensionJson.WritePageAsync(answer, context, page);
            WriteTransport(json);
            json.WriteEndObject();
        };
    }

    /// <summary>
    /// Tells what the registry knows: the agent is registered, and enabled or not. It is not contacted, so <c>response_time_ms</c> is 0.
    /// </summary>
    private async Task<JsonRpcResult> PingAsync(HttpContext context, JsonRpcParameters parameters)
    {
        var agent = await FindAsync(context, parameters);
        return JsonRpcResults.Of(json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("responsive"u8, agent.Enabled);
            json.WriteNumber("response_time_ms"u8, 0);
            json.WriteString("status"u8, agent.Enabled ? "registered"u8 : "disabled"u8);
            json.WriteBoolean("contacted"u8, false);
            json.WriteTime("timestamp", DateTimeOffset.UtcNow);
            json.WriteString("agent_id"u8, agent.Id);
            WriteTransport(json);
            json.WriteEndObject();
        });
    }

    private Task<JsonRpcResult> GetOwnCardAsync(HttpContext context, JsonRpcParameters parameters) =>
        Task.FromResult(JsonRpcResults.Of(json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("agent_card"u8);
            card.Write(json, context.Request, snakeCase: true);
            json.WriteEndObject();
        }));

    private async Task<JsonRpcResult> CheckHealthAsync(HttpContext context, JsonRpcParameters parameters)
    {
        var report = await readiness.CheckAsync(context.RequestAborted);
        var stats = await registry.GetStatsAsync(context.GetCaller(), context.RequestAborted);
        return JsonRpcResults.Of(json =>
        {
            json.WriteStartObject();
            json.WriteString("status"u8, Readiness.Text(report.Status));
            json.WriteString("service"u8, RegistryService.Name);
            WriteTransport(json);
            json.WriteNumber("agents_count"u8, stats.Total);
            json.WriteString("protocol_version"u8, RegistryCard.OlderVersion);
            json.WriteEndObject();
        });
    }

    private Task<JsonRpcResult> ListMethodsAsync(HttpContext context, JsonRpcParameters parameters) =>
        Task.FromResult(JsonRpcResults.Of(json => JsonSerializer.Serialize(json, methods.Keys)));

    private async Task<AgentRecord> FindAsync(HttpContext context, JsonRpcParameters parameters)
    {
        var id = parameters.Text("agent_id");
        Identifiers.CheckId(id);
        return await registry.GetAsync(context.GetCaller(), id, ReadConsistency.Local, context.RequestAborted)
            ?? throw AgentPaths.NotFound();
    }

    public static async ValueTask WriteCardsAsync(JsonAnswer answer, HttpContext context, IReadOnlyList<AgentRecord> agents)
    {
        answer.Json.WriteStartArray("agents"u8);
        foreach (var agent in agents)
        {
            await answer.WriteDocumentAsync(context, agent.Card);
        }

        answer.Json.WriteEndArray();
        answer.Json.WriteNumber("count"u8, agents.Count);
    }

    public static void WriteTransport(Utf8JsonWriter json) => json.WriteString("transport"u8, "JSONRPC"u8);

    private sealed record Method(Handler Handler, string[] Parameters);
}
