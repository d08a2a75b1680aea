using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OrleansRegistry.Rest.Vectors;

namespace OrleansRegistry.Rest.JsonRpc;

/// <summary>
/// <c>search_agents</c>. A search by vectors, the default of old clients, is answered by keywords where the registry does not find out what texts mean, and
/// says so.
/// </summary>
internal sealed class SearchMethod(IAgentRegistry registry)
{
    public static readonly string[] Parameters =
    [
        "query", "skills", "search_mode", "similarity_threshold", "max_results", "query_vector", "model",
        "require_signature_verified", "require_domain_verified", "trust_levels",
    ];

    private const string Keyword = "SEARCH_MODE_KEYWORD";
    private const string Vector = "SEARCH_MODE_VECTOR";

    public async Task<JsonRpcResult> RunAsync(HttpContext context, JsonRpcParameters parameters)
    {
        var text = parameters.OptionalText("query") ?? "";
        var skills = parameters.OptionalTexts("skills");
        var mode = parameters.OptionalText("search_mode") ?? Vector;
        var threshold = parameters.Number("similarity_threshold", AgentQuery.UsualThreshold);
        var most = parameters.Integer("max_results", 10, 1, int.MaxValue);
        var vector = VectorOf(parameters);
        if (mode is not (Vector or Keyword))
        {
            throw Invalid($"search_mode must be {Keyword} or {Vector}");
        }

        if (mode == Keyword && vector is not null)
        {
            throw Invalid($"query_vector is of {Vector} alone");
        }

        var verified = parameters.OptionalBoolean("require_signature_verified") == true
            ? AgentFilters.Of(AgentField.Signature, SignatureVerdict.Valid.ToName())
            : AgentFilters.None;
        if (parameters.OptionalBoolean("require_domain_verified") == true)
        {
            verified = verified.With(AgentField.DomainVerified, "true");
        }

        if (parameters.OptionalTexts("trust_levels") is { Count: > 0 } levels)
        {
            verified = verified.With(AgentField.TrustLevel, levels);
        }

        var query = new AgentQuery { Any = verified, Skills = skills ?? [], PageSize = most <= PageLimit.Agents.Max ? most : null };
        var near = mode == Vector && (vector is not null || text.Length > 0)
            ? await NearAsync(context, query, text, vector, threshold, Math.Min(most, PageLimit.Agents.Max))
            : null;
        var page = near ?? await registry.ListAsync(context.GetCaller(), query with { Text = text }, context.RequestAborted);
        return async answer =>
        {
            var json = answer.Json;
            json.WriteStartObject();
            await JsonRpcMethods.WriteCardsAsync(answer, context, page.Agents.Count <= most ? page.Agents : page.Agents.Take(most).ToArray());
            json.WriteString("query"u8, text);
            json.WritePropertyName("skills_filter"u8);
            JsonSerializer.Serialize(json, skills);
            json.WriteString("search_mode"u8, near is null ? Keyword : Vector);
            if (mode == Vector)
            {
                json.WriteStartArray("similarity_scores"u8);
                foreach (var match in near?.Matches ?? [])
                {
                    json.WriteNumberValue(Math.Round(match.Score, 6));
                }

                json.WriteEndArray();
                json.WriteNumber("similarity_threshold"u8, threshold);
            }

            JsonRpcMethods.WriteTransport(json);
            json.WriteEndObject();
        };
    }

    /// <summary>What a vector finds, the query's where there is no other; null where that cannot be made.</summary>
    private async ValueTask<AgentPage?> NearAsync(
        HttpContext context, AgentQuery query, string text, AgentQueryVector? vector, double threshold, int most)
    {
        query = query with
        {
            Words = vector is null ? text : null,
            Vector = vector,
            Search = AgentSearchMode.Vector,
            Threshold = threshold,
            PageSize = most,
        };
        try
        {
            var page = await registry.ListAsync(context.GetCaller(), query, context.RequestAborted);
            return page.Search?.Mode == AgentSearchMode.Vector ? page : null;
        }
        catch (RegistryException refusal) when (vector is null && refusal.Field == "search")
        {
            return null;
        }
        catch (RegistryException refusal) when (vector is { Model: null } && refusal.Field == "model")
        {
            // The registry has no model of its own: what update_agent_vectors was sent without one is found without one.
            return await NearAsync(context, query, text, vector with { Model = VectorMethods.Unnamed }, threshold, most);
        }
    }

    /// <summary>Its numbers, or as the older registry's messages have it, an object with them.</summary>
    private static AgentQueryVector? VectorOf(JsonRpcParameters parameters)
    {
        var given = parameters.Any("query_vector");
        var model = parameters.OptionalText("model");
        if (given.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            return model is null ? null : throw Invalid("model names what made query_vector, and there is none");
        }

        var values = given.ValueKind == JsonValueKind.Object && given.TryGetProperty("values"u8, out var inner) ? inner : given;
        return new AgentQueryVector(AgentVectorJson.ReadValues(JsonMarshal.GetRawUtf8Value(values), "query_vector"), model);
    }

    private static JsonRpcException Invalid(string what) => new(JsonRpcException.InvalidParams, $"Invalid params: {what}");
}
