using System.Buffers;
using Microsoft.AspNetCore.WebUtilities;

namespace OrleansRegistry.Cli;

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

    /// <summary>With a query; what is null is left out.</summary>
    public static string With(string path, params IEnumerable<(string Name, string? Value)> query) => QueryHelpers.AddQueryString(
        path, query.Where(pair => pair.Value is not null).Select(pair => KeyValuePair.Create(pair.Name, pair.Value)));

    private static bool IsPlain(string id) =>
        id.Length > 0 && !id.AsSpan().ContainsAny(Special) && !id.All(c => c == '.') && !id.Any(char.IsControl);
}
