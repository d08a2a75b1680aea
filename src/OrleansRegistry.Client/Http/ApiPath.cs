using System.Buffers;
using System.Text;

namespace OrleansRegistry.Client;

/// <summary>Paths of the REST API.</summary>
internal static class ApiPath
{
    private static readonly SearchValues<char> Special = SearchValues.Create("/\\%~?#:");

    /// <summary>
    /// The path of one thing. An id that not every proxy lets pass as a part of a path goes into the query, with a tilde in its place.
    /// </summary>
    /// <param name="suffix">What follows the id: <c>/card</c>, <c>:enable</c>.</param>
    public static string Of(string collection, string id, string suffix = "") => IsPlain(id)
        ? $"{collection}/{Uri.EscapeDataString(id)}{suffix}"
        : $"{collection}/~{suffix}?id={Uri.EscapeDataString(id)}";

    /// <summary>The path of a part of one thing, whose id may be as special.</summary>
    /// <param name="name">What the query calls the part's id: <c>artifact_id</c>.</param>
    /// <param name="suffix">What follows the part's id.</param>
    public static string OfPart(string collection, string id, string parts, string partId, string name, string suffix = "") => IsPlain(partId)
        ? Of(collection, id, $"/{parts}/{Uri.EscapeDataString(partId)}{suffix}")
        : With(Of(collection, id, $"/{parts}/~{suffix}"), (name, partId));

    /// <summary>With a query; what is null is left out.</summary>
    public static string With(string path, params IEnumerable<(string Name, string? Value)> query)
    {
        var all = new StringBuilder(path);
        var separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        foreach (var (name, value) in query)
        {
            if (value is not null)
            {
                all.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
                separator = '&';
            }
        }

        return all.ToString();
    }

    private static bool IsPlain(string id) =>
        id.Length > 0 && !id.AsSpan().ContainsAny(Special) && !id.All(c => c == '.') && !id.Any(char.IsControl);
}
