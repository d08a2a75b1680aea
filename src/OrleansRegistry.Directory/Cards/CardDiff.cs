using System.Globalization;
using System.Text.Json;

namespace OrleansRegistry.Directory;

/// <summary>
/// Compares two cards member by member. Items of arrays that name themselves (skills by <c>id</c>, extensions by <c>uri</c>, …) are compared with those of
/// the same name wherever they stand; other arrays by place, once what they begin and end with alike is left out.
/// </summary>
internal static class CardDiff
{
    /// <summary>What items of arrays are known by.</summary>
    private static readonly string[] Names = ["id", "uri", "url", "keyId"];

    /// <param name="before">Known to be valid JSON, as is <paramref name="after"/>.</param>
    public static IReadOnlyList<CardChange> Of(RawJson before, RawJson after)
    {
        if (before == after)
        {
            return [];
        }

        using var first = JsonDocument.Parse(before.Utf8, JsonInput.Stored);
        using var second = JsonDocument.Parse(after.Utf8, JsonInput.Stored);
        var changes = new List<CardChange>();
        Compare(first.RootElement, second.RootElement, "", changes);
        return changes;
    }

    private static void Compare(JsonElement before, JsonElement after, string path, List<CardChange> changes)
    {
        if (before.ValueKind == JsonValueKind.Object && after.ValueKind == JsonValueKind.Object)
        {
            CompareObjects(before, after, path, changes);
        }
        else if (before.ValueKind == JsonValueKind.Array && after.ValueKind == JsonValueKind.Array)
        {
            CompareArrays([.. before.EnumerateArray()], [.. after.EnumerateArray()], path, changes);
        }
        else if (!JsonElement.DeepEquals(before, after))
        {
            changes.Add(new CardChange(path, JsonInput.Copy(before), JsonInput.Copy(after)));
        }
    }

    private static void CompareObjects(JsonElement before, JsonElement after, string path, List<CardChange> changes)
    {
        foreach (var member in before.EnumerateObject())
        {
            var at = $"{path}/{Escape(member.Name)}";
            if (after.TryGetProperty(member.Name, out var now))
            {
                Compare(member.Value, now, at, changes);
            }
            else
            {
                Remove(member.Value, at, changes);
            }
        }

        foreach (var member in after.EnumerateObject())
        {
            if (!before.TryGetProperty(member.Name, out _))
            {
                Add(member.Value, $"{path}/{Escape(member.Name)}", changes);
            }
        }
    }

    private static void CompareArrays(JsonElement[] before, JsonElement[] after, string path, List<CardChange> changes)
    {
        if (Array.Find(Names, name => HasAll(before, name) && HasAll(after, name)) is { } key)
        {
            CompareNamed(before, after, key, path, changes);
            return;
        }

        var start = 0;
        while (start < Math.Min(before.Length, after.Length) && JsonElement.DeepEquals(before[start], after[start]))
        {
            start++;
        }

        var end = 0;
        while (end < Math.Min(before.Length, after.Length) - start && JsonElement.DeepEquals(before[^(end + 1)], after[^(end + 1)]))
        {
            end++;
        }

        for (var i = start; i < Math.Max(before.Length, after.Length) - end; i++)
        {
            if (i >= after.Length - end)
            {
                Remove(before[i], At(path, i), changes);
            }
            else if (i >= before.Length - end)
            {
                Add(after[i], At(path, i), changes);
            }
            else
            {
                Compare(before[i], after[i], At(path, i), changes);
            }
        }
    }

    private static void CompareNamed(JsonElement[] before, JsonElement[] after, string key, string path, List<CardChange> changes)
    {
        var places = after.Select((item, i) => (Name: NameOf(item, key), Place: i)).ToDictionary(item => item.Name!, item => item.Place);
        for (var i = 0; i < before.Length; i++)
        {
            if (places.Remove(NameOf(before[i], key)!, out var place))
            {
                Compare(before[i], after[place], At(path, place), changes);
            }
            else
            {
                Remove(before[i], At(path, i), changes);
            }
        }

        foreach (var place in places.Values.Order())
        {
            Add(after[place], At(path, place), changes);
        }
    }

    /// <summary>Whether each item has a name of its own.</summary>
    private static bool HasAll(JsonElement[] items, string key)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        return items.Length > 0 && Array.TrueForAll(items, item => NameOf(item, key) is { } name && names.Add(name));
    }

    private static string? NameOf(JsonElement item, string key) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(key, out var name) && name.ValueKind == JsonValueKind.String
            ? name.GetString()
            : null;

    private static void Remove(JsonElement value, string path, List<CardChange> changes) =>
        changes.Add(new CardChange(path, JsonInput.Copy(value), default));

    private static void Add(JsonElement value, string path, List<CardChange> changes) =>
        changes.Add(new CardChange(path, default, JsonInput.Copy(value)));

    private static string At(string path, int place) => string.Create(CultureInfo.InvariantCulture, $"{path}/{place}");

    private static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
