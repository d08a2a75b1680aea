using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace OrleansRegistry.Vectors.Given;

/// <summary>Which vectors an agent can be given.</summary>
internal static class GivenVectorRules
{
    /// <summary>The vectors, checked, as the agent's grain takes them.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/> or <see cref="RegistryError.TooLarge"/>, with the field.</exception>
    public static AgentVectorsChange Check(AgentVectorUpdate update, string subject)
    {
        CheckModel(update.Model, "model");
        var vectors = update.Vectors;
        if (vectors.Count is 0 or > AgentVectorUpdate.MaxVectors)
        {
            throw Large("vectors", vectors.Count > 0, $"has {vectors.Count:N0} vectors; an agent has 1 to {AgentVectorUpdate.MaxVectors:N0}");
        }

        var dimensions = vectors[0].Values.Length;
        if (dimensions is 0 or > AgentVector.MaxDimensions)
        {
            throw Large("vectors[0].values", dimensions > 0, $"has {dimensions:N0} numbers; a vector has 1 to {AgentVector.MaxDimensions:N0}");
        }

        if ((long)dimensions * vectors.Count > AgentVectorUpdate.MaxNumbers)
        {
            var all = (long)dimensions * vectors.Count;
            throw Large("vectors", true, $"has {all:N0} numbers; an agent's vectors have up to {AgentVectorUpdate.MaxNumbers:N0}");
        }

        var values = new byte[vectors.Count * dimensions * sizeof(float)];
        foreach (var (i, vector) in vectors.Index())
        {
            if (vector.Values.Length != dimensions)
            {
                throw RegistryException.Invalid(
                    $"vectors[{i}].values", $"has {vector.Values.Length:N0} numbers, and the first vector {dimensions:N0}: all must have as many");
            }

            CheckValues(vector.Values.Span, $"vectors[{i}].values");
            MemoryMarshal.AsBytes(vector.Values.Span).CopyTo(values.AsSpan(i * dimensions * sizeof(float)));
            CheckText(vector.Field, $"vectors[{i}].field", AgentVector.MaxField);
            CheckText(vector.Content ?? "", $"vectors[{i}].content", AgentVector.MaxContent);
            CheckMetadata(vector.Metadata, $"vectors[{i}].metadata");
        }

        return new AgentVectorsChange(update.Condition, subject)
        {
            Model = update.Model,
            Dimensions = dimensions,
            Count = vectors.Count,
            Document = FieldsWriter.Write(vectors, WriteDocument),
            Values = values,
        };
    }

    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: it is empty, too long, or no text.</exception>
    public static void CheckModel(string? model, string field)
    {
        if (string.IsNullOrWhiteSpace(model))
        {
            throw RegistryException.Invalid(field, "must name what made the vectors, such as all-MiniLM-L6-v2");
        }

        CheckText(model, field, AgentVectorUpdate.MaxModel);
    }

    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: a number is none, or all are zero.</exception>
    public static void CheckValues(ReadOnlySpan<float> values, string field)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                throw RegistryException.Invalid($"{field}[{i}]", "is not a finite number of 32 bits");
            }
        }

        if (TensorPrimitives.MaxMagnitude(values) == 0)
        {
            throw RegistryException.Invalid(field, "is zero: a vector without a direction is like no other");
        }
    }

    private static RegistryException Large(string field, bool isLarge, string what) =>
        isLarge ? new RegistryException(RegistryError.TooLarge, $"{field}: {what}", field) : RegistryException.Invalid(field, what);

    private static void CheckText(string text, string field, int most)
    {
        if (text.Length > most)
        {
            throw RegistryException.Invalid(field, $"has {text.Length:N0} characters; it can have up to {most:N0}");
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[++i])))
            {
                throw RegistryException.Invalid(field, "holds half of a surrogate pair");
            }
        }
    }

    private static void CheckMetadata(RawJson metadata, string field)
    {
        if (metadata.IsEmpty)
        {
            return;
        }

        if (metadata.Length > AgentVector.MaxMetadata)
        {
            throw RegistryException.Invalid(field, $"has {metadata.Length:N0} bytes; it can have up to {AgentVector.MaxMetadata:N0}");
        }

        using var document = JsonInput.Parse(metadata.Utf8, field);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw RegistryException.Invalid(field, $"must be an object, not {JsonInput.Describe(document.RootElement)}");
        }
    }

    private static void WriteDocument(Utf8JsonWriter json, IReadOnlyList<AgentVector> vectors)
    {
        json.WriteStartArray("vectors"u8);
        foreach (var vector in vectors)
        {
            json.WriteStartObject();
            json.WriteString("field"u8, vector.Field);
            if (!string.IsNullOrEmpty(vector.Content))
            {
                json.WriteString("content"u8, vector.Content);
            }

            if (!vector.Metadata.IsEmpty)
            {
                json.WritePropertyName("metadata"u8);
                json.WriteRawValue(vector.Metadata.Span, skipInputValidation: true);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
