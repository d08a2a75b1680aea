using System.Globalization;
using System.Text.Json;

namespace OrleansRegistry.Protocol.V03;

/// <summary>States, roles and times. A name that is of neither version is kept.</summary>
internal static class StateNames
{
    /// <summary>The state that A2A 0.3 has for none.</summary>
    private const string Unknown = "unknown";

    public static void ToV10(JsonElement state, Utf8JsonWriter target) =>
        Write(state, target, name => name == Unknown ? TaskStates.Unspecified : TaskStates.TryParse(name)?.ToV10());

    public static void ToV03(JsonElement state, Utf8JsonWriter target) =>
        Write(state, target, name => name == TaskStates.Unspecified ? Unknown : TaskStates.TryParse(name)?.ToV03());

    public static void RoleToV10(JsonElement role, Utf8JsonWriter target) => Write(role, target, name => name switch
    {
        "user" => "ROLE_USER",
        "agent" => "ROLE_AGENT",
        _ => null,
    });

    public static void RoleToV03(JsonElement role, Utf8JsonWriter target) => Write(role, target, name => name switch
    {
        "ROLE_USER" => "user",
        "ROLE_AGENT" => "agent",
        _ => null,
    });

    /// <summary>A2A 1.0 has times in UTC to the millisecond with a <c>Z</c> (section 5.6.1); one without an offset is taken for UTC.</summary>
    public static void TimeToV10(JsonElement time, Utf8JsonWriter target) => Write(time, target, text =>
        !text.EndsWith('Z')
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
            ? at.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)
            : null);

    private static void Write(JsonElement value, Utf8JsonWriter target, Func<string, string?> translate)
    {
        if (value.ValueKind == JsonValueKind.String && translate(value.GetString()!) is { } name)
        {
            target.WriteStringValue(name);
        }
        else
        {
            Translations.Copy(value, target);
        }
    }
}
