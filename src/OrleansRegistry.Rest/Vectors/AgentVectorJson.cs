using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Vectors;

/// <summary>Reads and writes the vectors of agents.</summary>
internal static class AgentVectorJson
{
    private static readonly RequestMembers.Names Update = new("model", "vectors");
    private static readonly RequestMembers.Names Vector = new("field", "values", "content", "metadata");

    /// <summary>The member <c>vectors</c> of an agent's record, with a comma before it; empty where it was given none.</summary>
    public static ReadOnlySpan<byte> Of(AgentVectorInfo? given)
    {
        if (given is null)
        {
            return default;
        }

        using var buffer = new MemoryStream(128);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("vectors"u8);
            json.WriteString("model"u8, given.Model);
            json.WriteNumber("dimensions"u8, given.Dimensions);
            json.WriteNumber("count"u8, given.Count);
            json.WriteTime("written_at", given.WrittenAt);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        var members = buffer.GetBuffer().AsSpan(0, (int)buffer.Length - 1);
        members[0] = (byte)',';
        return members;
    }

    /// <exception cref="RegistryException">A member is unknown, missing or of a wrong type.</exception>
    public static AgentVectorUpdate Read(ReadOnlyMemory<byte> body, WriteCondition condition)
    {
        var members = new RequestMembers(body, Update);
        var model = members.Text("model") ?? throw members.Missing("model", "it must name what made the vectors, such as all-MiniLM-L6-v2");
        if (!members.IsSent("vectors"))
        {
            throw members.Missing("vectors", "it must be an array of vectors");
        }

        // One more than there may be, so that too many are refused as that.
        var vectors = members.Entries("vectors", AgentVectorUpdate.MaxVectors + 1);
        return new AgentVectorUpdate(model, [.. vectors.Select(ReadVector)], condition);
    }

    /// <summary>An array of numbers. One that is too large for 32 bits is infinite, for the registry to refuse.</summary>
    /// <exception cref="RegistryException">It is none, or has more than <see cref="AgentVector.MaxDimensions"/>.</exception>
    public static float[] ReadValues(ReadOnlySpan<byte> json, string field)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw RegistryException.Invalid(field, $"must be an array of numbers, not {JsonValues.Describe(reader.TokenType)}");
        }

        var values = new List<float>(384);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number)
            {
                throw RegistryException.Invalid($"{field}[{values.Count}]", $"must be a number, not {JsonValues.Describe(reader.TokenType)}");
            }

            if (values.Count == AgentVector.MaxDimensions)
            {
                throw RegistryException.Invalid(field, $"has more than {AgentVector.MaxDimensions:N0} numbers");
            }

            values.Add(reader.TryGetSingle(out var value) ? value : float.PositiveInfinity);
        }

        return [.. values];
    }

    /// <param name="context">Of the request: what is much is sent at once.</param>
    /// <param name="isOlder">As the older registry calls members.</param>
    public static async ValueTask WriteAsync(JsonAnswer answer, HttpContext context, AgentVectorSet set, bool isOlder = false)
    {
        var json = answer.Json;
        json.WriteStartArray("vectors"u8);
        foreach (var vector in set.Vectors)
        {
            json.WriteStartObject();
            json.WriteStartArray("values"u8);
            foreach (var value in vector.Values.Span)
            {
                json.WriteNumberValue(value);
            }

            json.WriteEndArray();
            json.WriteString(isOlder ? "field_path"u8 : "field"u8, vector.Field);
            if (isOlder || vector.Content is not null)
            {
                json.WriteString(isOlder ? "field_content"u8 : "content"u8, vector.Content ?? "");
            }

            if (isOlder)
            {
                json.WriteString("agent_id"u8, set.AgentId);
                json.WriteTime("created_at", set.WrittenAt);
            }

            if (!vector.Metadata.IsEmpty)
            {
                json.WritePropertyName("metadata"u8);
                json.WriteRawValue(vector.Metadata.Span, skipInputValidation: true);
            }

            json.WriteEndObject();
            await answer.DrainAsync(context);
        }

        json.WriteEndArray();
        json.WriteNumber("count"u8, set.Vectors.Count);
    }

    private static AgentVector ReadVector(ReadOnlyMemory<byte> entry, int index)
    {
        var path = $"vectors[{index}].";
        var members = new RequestMembers(entry, Vector, $"vectors[{index}]", path);
        var values = members.Document("values") ?? throw members.Missing("values", "it must be an array of numbers");
        return new AgentVector(members.TextOrEmpty("field") ?? "", ReadValues(values.Span, path + "values"))
        {
            Content = members.Text("content"),
            Metadata = members.Object("metadata") is { } metadata ? RawJson.FromValid(metadata.Span) : default,
        };
    }
}
