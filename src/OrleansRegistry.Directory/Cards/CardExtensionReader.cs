using System.Text.Json;
using static OrleansRegistry.Directory.CardJson;

namespace OrleansRegistry.Directory;

/// <summary>Reads the extensions that a card declares, under <c>capabilities</c> or at the top.</summary>
internal sealed class CardExtensionReader(Action<CardPath, string> warn)
{
    private readonly List<DeclaredExtension> found = [];
    private readonly OrderedSet uris = new();

    /// <summary>Each uri once, as it was declared first.</summary>
    public IReadOnlyList<DeclaredExtension> Found => found;

    public void Read(JsonElement list, CardPath path)
    {
        switch (list.ValueKind)
        {
            case JsonValueKind.Null:
                return;
            case JsonValueKind.Object:
                warn(path, "is an object, and not read: A2A has an array under capabilities");
                return;
            default:
                Demand(list, JsonValueKind.Array, path, "an array");
                break;
        }

        if (path == "extensions")
        {
            warn(path, "stands at the top: A2A has it under capabilities");
        }

        var index = 0;
        foreach (var item in list.EnumerateArray())
        {
            var at = path.At(index++);
            if (ReadExtension(item, at) is { } extension && uris.Add(extension.Uri))
            {
                found.Add(extension);
            }
        }
    }

    private DeclaredExtension? ReadExtension(JsonElement item, CardPath path)
    {
        if (item.ValueKind == JsonValueKind.String)
        {
            var text = item.GetString()!;
            warn(path, text.Length == 0 ? "is empty, so the extension is not listed" : "is a string, read as the extension's uri");
            return text.Length == 0 ? null : new DeclaredExtension(text, null, false, default);
        }

        Demand(item, JsonValueKind.Object, path, "an object");
        if (Text(item, path, "uri") is not { Length: > 0 } uri)
        {
            warn(path.To("uri"), "is missing, so the extension is not listed");
            return null;
        }

        var hasParams = TryGet(item, "params", out var parameters);
        return new DeclaredExtension(
            uri,
            Text(item, path, "description"),
            item.TryGetProperty("required", out var required) && required.ValueKind == JsonValueKind.True,
            hasParams ? JsonInput.Copy(parameters) : default);
    }
}
