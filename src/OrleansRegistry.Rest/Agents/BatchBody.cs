using System.Text.Json;

namespace OrleansRegistry.Rest.Agents;

/// <summary>Splits a batch, <c>{"agents": […]}</c> or a bare array, into its entries, as slices that nobody has looked into.</summary>
internal static class BatchBody
{
    private static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = int.MaxValue };

    /// <exception cref="RegistryException">It is no such thing, not JSON, or has more than <paramref name="most"/> entries.</exception>
    public static List<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> body, int most)
    {
        var list = IsArray(body) ? body : Agents(body);
        var entries = new List<ReadOnlyMemory<byte>>(Math.Min(most, list.Length / 256));
        var reader = new Utf8JsonReader(list.Span, AnyDepth);
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                if (entries.Count == most)
                {
                    throw new RegistryException(RegistryError.TooLarge, $"agents: has more than {most:N0} entries; send them in several batches", "agents");
                }

                entries.Add(list[start..(int)reader.BytesConsumed]);
            }

            while (reader.Read())
            {
            }
        }
        catch (JsonException fault)
        {
            throw JsonValues.NotJson("body", fault);
        }

        return entries;
    }

    private static bool IsArray(ReadOnlyMemory<byte> body)
    {
        var text = body.Span.TrimStart(" \t\r\n"u8);
        return text.Length > 0 && text[0] == (byte)'[';
    }

    private static ReadOnlyMemory<byte> Agents(ReadOnlyMemory<byte> body)
    {
        ReadOnlyMemory<byte>? agents = null;
        var members = new JsonMembers(body, "body");
        while (members.Next())
        {
            if (!members.NameIs("agents"u8))
            {
                throw RegistryException.Invalid(members.Name, "is no member of a batch; it takes agents");
            }

            if (agents is not null)
            {
                throw RegistryException.Invalid("agents", "is there more than once");
            }

            if (members.ValueType != JsonTokenType.StartArray)
            {
                throw RegistryException.Invalid("agents", $"must be an array, and is {JsonValues.Describe(members.ValueType)}");
            }

            agents = members.Value;
        }

        return agents ?? throw RegistryException.Invalid("agents", "is missing; the body must be {\"agents\": […]} or an array");
    }
}
