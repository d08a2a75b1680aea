using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OrleansRegistry.Rest.Vectors;

namespace OrleansRegistry.Rest.JsonRpc;

/// <summary>The methods for vectors of agents, named and shaped as the older registry's, which has one model and so names none.</summary>
internal sealed class VectorMethods(IAgentVectors vectors)
{
    /// <summary>What vectors are said to be of where their sender names no model and the registry has none.</summary>
    public const string Unnamed = "unnamed";

    private const double BytesOfMegabyte = 1024 * 1024;

    public async Task<JsonRpcResult> UpdateAsync(HttpContext context, JsonRpcParameters parameters)
    {
        var id = parameters.Text("agent_id");
        var given = parameters.Array("vectors");
        var read = given.EnumerateArray().Take(AgentVectorUpdate.MaxVectors + 1).Select(ReadVector).ToArray();
        if (read.Length == 0)
        {
            await vectors.RemoveAsync(context.GetCaller(), id, cancellationToken: context.RequestAborted);
        }
        else
        {
            var model = parameters.OptionalText("model") ?? await ModelOfAsync(context, read);
            await vectors.PutAsync(context.GetCaller(), id, new AgentVectorUpdate(model, read), context.RequestAborted);
        }

        return JsonRpcResults.Of(json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("success"u8, true);
            json.WriteString("message"u8, $"Updated {read.Length} vectors for agent {id}");
            json.WriteString("agent_id"u8, id);
            json.WriteNumber("vector_count"u8, read.Length);
            JsonRpcMethods.WriteTransport(json);
            json.WriteEndObject();
        });
    }

    public async Task<JsonRpcResult> GetAsync(HttpContext context, JsonRpcParameters parameters)
    {
        var set = await vectors.GetAsync(context.GetCaller(), parameters.Text("agent_id"), context.RequestAborted);
        return async answer =>
        {
            var json = answer.Json;
            json.WriteStartObject();
            json.WriteString("agent_id"u8, set.AgentId);
            json.WriteString("model"u8, set.Model);
            await AgentVectorJson.WriteAsync(answer, context, set, isOlder: true);
            JsonRpcMethods.WriteTransport(json);
            json.WriteEndObject();
        };
    }

    public async Task<JsonRpcResult> GetStatsAsync(HttpContext context, JsonRpcParameters parameters)
    {
        var stats = await vectors.GetStatsAsync(context.GetCaller(), context.RequestAborted);
        var first = stats.Models.FirstOrDefault(space => !space.IsGiven) ?? stats.Models.MaxBy(space => space.Vectors);
        return JsonRpcResults.Of(json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("vector_stats"u8);
            json.WriteNumber("total_vectors"u8, stats.Vectors);
            json.WriteNumber("total_agents"u8, stats.Agents);
            json.WriteNumber("vector_dimensions"u8, first?.Dimensions ?? 0);
            json.WriteNumber("memory_usage_mb"u8, Math.Round(stats.Bytes / BytesOfMegabyte, 6));
            json.WriteNumber("waiting"u8, stats.Waiting);
            json.WriteEndObject();
            JsonRpcMethods.WriteTransport(json);
            json.WriteEndObject();
        });
    }

    /// <summary>What the vectors themselves say, else the registry's own, which a client of the older one takes for granted.</summary>
    private async ValueTask<string> ModelOfAsync(HttpContext context, AgentVector[] read)
    {
        var said = read.Select((vector, i) => SaidBy(vector.Metadata, $"vectors[{i}].metadata")).Distinct(StringComparer.Ordinal).ToArray();
        return said switch
        {
            [{ } one] => one,
            [null] => (await vectors.GetStatsAsync(context.GetCaller(), context.RequestAborted)).OwnModel ?? Unnamed,
            _ => throw Invalid("vectors", "have several models in their metadata: an agent's vectors are of one"),
        };
    }

    private static string? SaidBy(RawJson metadata, string field)
    {
        if (metadata.IsEmpty)
        {
            return null;
        }

        using var document = JsonInput.Parse(metadata.Utf8, field);
        return document.RootElement.TryGetProperty("model"u8, out var model) && model.ValueKind == JsonValueKind.String ? model.GetString() : null;
    }

    private static AgentVector ReadVector(JsonElement json, int index)
    {
        var field = $"vectors[{index}]";
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw Invalid(field, $"must be an object, not {JsonInput.Describe(json)}");
        }

        if (!json.TryGetProperty("values"u8, out var values))
        {
            throw Invalid($"{field}.values", "is missing; it must be an array of numbers");
        }

        return new AgentVector(Text("field_path") ?? "", AgentVectorJson.ReadValues(JsonMarshal.GetRawUtf8Value(values), $"{field}.values"))
        {
            Content = Text("field_content"),
            Metadata = Metadata(),
        };

        string? Text(string name) => !json.TryGetProperty(name, out var text) || text.ValueKind == JsonValueKind.Null ? null
            : text.ValueKind == JsonValueKind.String ? JsonRpcParameters.TextOf(text, $"{field}.{name}")
            : throw Invalid($"{field}.{name}", $"must be a string, not {JsonInput.Describe(text)}");

        RawJson Metadata() => !json.TryGetProperty("metadata"u8, out var metadata) || metadata.ValueKind == JsonValueKind.Null ? default
            : metadata.ValueKind == JsonValueKind.Object ? JsonInput.Copy(metadata)
            : throw Invalid($"{field}.metadata", $"must be an object, not {JsonInput.Describe(metadata)}");
    }

    private static RegistryException Invalid(string field, string what) => RegistryException.Invalid(field, what);
}
