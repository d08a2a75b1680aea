using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Gateway.Http;

/// <summary>The query string of one request. A parameter that the endpoint does not know is refused: it is most likely a misspelt filter.</summary>
internal readonly struct QueryParameters
{
    private readonly IQueryCollection query;

    /// <exception cref="RegistryException">There is a parameter that is none of <paramref name="known"/>.</exception>
    public QueryParameters(HttpRequest request, string[] known)
    {
        query = request.Query;
        foreach (var (name, _) in query)
        {
            if (!known.Contains(name, StringComparer.Ordinal))
            {
                throw RegistryException.Invalid(name, $"is no parameter of this request; it takes {string.Join(", ", known)}");
            }
        }
    }

    public string? Text(string name) => Single(name) is { Length: > 0 } text ? text : null;

    public IReadOnlyList<string> Texts(string name) => query.TryGetValue(name, out var values) ? [.. values.Where(value => !string.IsNullOrEmpty(value))!] : [];

    public bool? Boolean(string name) => Single(name) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        var text => throw RegistryException.Invalid(name, $"must be true or false, and is '{text}'"),
    };

    public int? Integer(string name, int min, int max)
    {
        if (Single(name) is not { } text)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value
            : throw RegistryException.Invalid(name, $"must be an integer from {min:N0} to {max:N0}, and is '{text}'");
    }

    /// <summary>Whether the parameter has its second value rather than its first, which is also the default.</summary>
    public bool IsSecond(string name, string first, string second)
    {
        var text = Single(name);
        return text == second || (text is null || text == first
            ? false
            : throw RegistryException.Invalid(name, $"must be {first} or {second}, and is '{text}'"));
    }

    private string? Single(string name)
    {
        if (!query.TryGetValue(name, out var values))
        {
            return null;
        }

        return values.Count == 1 ? values[0] : throw RegistryException.Invalid(name, "is given more than once");
    }
}
