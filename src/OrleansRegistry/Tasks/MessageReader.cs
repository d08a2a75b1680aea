using System.Text.Json;

namespace OrleansRegistry.Tasks;

/// <summary>A message that was checked, with the ids that it names.</summary>
/// <param name="Json">As it was sent.</param>
/// <param name="Id">Null where it names none.</param>
/// <param name="Field">How to call it in an error.</param>
[GenerateSerializer, Immutable, Alias("registry.CheckedMessage")]
internal sealed record CheckedMessage(
    [property: Id(0)] RawJson Json,
    [property: Id(1)] string? Id,
    [property: Id(2)] string? TaskId,
    [property: Id(3)] string? ContextId,
    [property: Id(4)] string Field);

/// <summary>
/// Reads A2A messages: <c>role</c> and <c>parts</c> as both versions of A2A have them, ids in camelCase or snake_case. A null id counts as absent.
/// </summary>
internal static class MessageReader
{
    private static readonly string[] Roles = ["user", "agent", "ROLE_USER", "ROLE_AGENT"];

    /// <exception cref="RegistryException">It is refused: its field and the rule are named.</exception>
    public static CheckedMessage Read(ReadOnlyMemory<byte> utf8, string field, TaskRules rules)
    {
        rules.CheckSize(utf8.Length, field);
        using var document = JsonInput.Parse(utf8, field);
        var message = document.RootElement;
        if (message.ValueKind != JsonValueKind.Object)
        {
            throw RegistryException.Invalid(field, $"must be an object, not {JsonInput.Describe(message)}");
        }

        CheckRole(message, field);
        PartRules.Check(message, field);
        CheckRest(message, field);
        return new CheckedMessage(
            JsonInput.Copy(message),
            ReadId(message, field, "messageId", "message_id"),
            ReadId(message, field, "taskId", "task_id"),
            ReadId(message, field, "contextId", "context_id"),
            field);
    }

    /// <summary>An id by either of its names; null where it is absent or null.</summary>
    public static string? ReadId(JsonElement element, string field, string camel, string snake)
    {
        var first = ReadId(element, field, camel);
        var second = ReadId(element, field, snake);
        return first is null || second is null || first == second
            ? first ?? second
            : throw RegistryException.Invalid($"{field}.{snake}", $"differs from {camel}, which is the same");
    }

    private static string? ReadId(JsonElement element, string field, string name)
    {
        if (!element.TryGetProperty(name, out var value) || IsAbsent(value))
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            throw RegistryException.Invalid($"{field}.{name}", $"must be a string, not {JsonInput.Describe(value)}");
        }

        var id = value.GetString()!;
        Identifiers.CheckId(id, $"{field}.{name}");
        return id;
    }

    /// <summary>ProtoJSON readers take null and the default for absent; for a string that is the empty one.</summary>
    internal static bool IsAbsent(JsonElement value) =>
        value.ValueKind == JsonValueKind.Null || (value.ValueKind == JsonValueKind.String && value.ValueEquals(""u8));

    private static void CheckRole(JsonElement message, string field)
    {
        if (!message.TryGetProperty("role"u8, out var role))
        {
            throw RegistryException.Invalid($"{field}.role", "is required");
        }

        if (role.ValueKind != JsonValueKind.String || !Roles.Contains(role.GetString()))
        {
            throw RegistryException.Invalid($"{field}.role", $"must be one of {string.Join(", ", Roles)}");
        }
    }

    private static void CheckRest(JsonElement message, string field)
    {
        if (message.TryGetProperty("kind"u8, out var kind) && !IsAbsent(kind)
            && !(kind.ValueKind == JsonValueKind.String && kind.ValueEquals("message"u8)))
        {
            throw RegistryException.Invalid($"{field}.kind", "must be 'message' where it is given");
        }

        CheckMetadata(message, field);
        CheckStrings(message, field, "referenceTaskIds");
        CheckStrings(message, field, "reference_task_ids");
        CheckStrings(message, field, "extensions");
    }

    internal static void CheckMetadata(JsonElement element, string field)
    {
        if (element.TryGetProperty("metadata"u8, out var metadata) && metadata.ValueKind != JsonValueKind.Object && !IsAbsent(metadata))
        {
            throw RegistryException.Invalid($"{field}.metadata", $"must be an object, not {JsonInput.Describe(metadata)}");
        }
    }

    internal static void CheckStrings(JsonElement element, string field, string name)
    {
        if (!element.TryGetProperty(name, out var list) || IsAbsent(list))
        {
            return;
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            throw RegistryException.Invalid($"{field}.{name}", $"must be an array, not {JsonInput.Describe(list)}");
        }

        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String)
            {
                throw RegistryException.Invalid($"{field}.{name}", $"must hold strings, not {JsonInput.Describe(item)}");
            }
        }
    }
}
