using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace OrleansRegistry.Http;

/// <summary>The query string of one request. A parameter that the endpoint does not know is refused: it is most likely a misspelt filter.</summary>
internal readonly struct QueryParameters
{
    private readonly IQueryCollection query;
    private readonly ApiOperation operation;

    /// <exception cref="RegistryException">There is a parameter that the description of the endpoint does not have.</exception>
    public QueryParameters(HttpContext context)
    {
        query = context.Request.Query;
        operation = context.GetEndpoint()!.Metadata.GetRequiredMetadata<ApiOperation>();
        foreach (var (name, _) in query)
        {
            var isKnown = operation.QueryParameters.Any(known => known.Name == name || known.Aliases.Contains(name));
            if (!isKnown && !IdInQuery.Takes(context.Request, name))
            {
                var takes = string.Join(", ", operation.QueryParameters.Select(known => known.Name).Where(known => !known.Contains('.')));
                throw RegistryException.Invalid(name, $"is no parameter of this request; it takes {takes}");
            }
        }
    }

    /// <summary>For a request that takes none.</summary>
    /// <inheritdoc cref="QueryParameters(HttpContext)"/>
    public static void Check(HttpContext context) => _ = new QueryParameters(context);

    public bool Has(string name) => Texts(name).Count > 0;

    /// <summary>Whether the parameter was sent by this very name, not by an alias.</summary>
    public bool IsSentAs(string name) => !string.IsNullOrEmpty(query[name]);

    public string? Text(string name) => Single(name);

    public IReadOnlyList<string> Texts(string name) => [.. Values(name).Where(value => !string.IsNullOrEmpty(value))!];

    public bool? Boolean(string name) => Single(name) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        var text => throw RegistryException.Invalid(name, $"must be true or false, not '{text}'"),
    };

    public int? Integer(string name, int min, int max)
    {
        if (Single(name) is not { } text)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value
            : throw RegistryException.Invalid(name, $"must be an integer from {min:N0} to {max:N0}, not '{text}'");
    }

    /// <summary>The size of a page, for the registry to judge; null where none is asked for.</summary>
    public int? PageSize(PageLimit limit)
    {
        if (Single(PageLimit.Field) is not { } text)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var size) ? size : throw limit.Refusal(text);
    }

    public long? Number(string name, long min)
    {
        if (Single(name) is not { } text)
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min
            ? value
            : throw RegistryException.Invalid(name, $"must be an integer from {min:N0}, not '{text}'");
    }

    /// <summary>A number, which may have a fraction.</summary>
    public double? Fraction(string name)
    {
        if (Single(name) is not { } text)
        {
            return null;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value
            : throw RegistryException.Invalid(name, $"must be a number, not '{text}'");
    }

    /// <summary>A time of RFC 3339; without an offset it is UTC.</summary>
    public DateTimeOffset? Time(string name) => Single(name) is not { } text ? null : TimeText.TryParse(text)
        ?? throw RegistryException.Invalid(name, $"must be a time such as {TimeText.Example} (a + in it is written %2B), not '{text}'");

    /// <summary>Whether the parameter has its second value rather than its first, which is also the default.</summary>
    public bool IsSecond(string name, string first, string second)
    {
        var text = Single(name);
        return text == second || (text is null || text == first
            ? false
            : throw RegistryException.Invalid(name, $"must be {first} or {second}, not '{text}'"));
    }

    private string? Single(string name)
    {
        var values = Values(name);
        return values.Count switch
        {
            0 => null,
            1 => values[0] is { Length: > 0 } text ? text : null,
            _ => throw RegistryException.Invalid(name, "is given more than once"),
        };
    }

    private StringValues Values(string name)
    {
        var values = query[name];
        foreach (var alias in operation.QueryParameters.First(known => known.Name == name).Aliases)
        {
            values = StringValues.Concat(values, query[alias]);
        }

        return values;
    }
}
