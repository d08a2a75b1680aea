using System.Text.Json;

namespace OrleansRegistry;

/// <summary>
/// The members of one JSON object by name. <see cref="JsonElement.TryGetProperty(string, out JsonElement)"/> scans all of them for each name.
/// </summary>
internal readonly struct JsonMemberLookup
{
    // Scanning a few is quicker than hashing them.
    private const int Few = 16;

    private readonly JsonElement element;
    private readonly Dictionary<string, JsonElement>? byName;

    /// <param name="element">Anything but an object has no members.</param>
    public JsonMemberLookup(JsonElement element)
    {
        this.element = element;
        Count = element.ValueKind == JsonValueKind.Object ? element.GetPropertyCount() : 0;
        if (Count > Few)
        {
            byName = new Dictionary<string, JsonElement>(Count, StringComparer.Ordinal);
            foreach (var member in element.EnumerateObject())
            {
                byName[member.Name] = member.Value;
            }
        }
    }

    public int Count { get; }

    public bool TryGet(string name, out JsonElement value)
    {
        value = default;
        return byName is not null ? byName.TryGetValue(name, out value) : Count > 0 && element.TryGetProperty(name, out value);
    }
}
