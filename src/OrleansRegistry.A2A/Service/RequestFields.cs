using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.A2A.Service;

/// <summary>The fields of a request, from a JSON object or from a query string. What is absent, null or empty is null.</summary>
internal interface IRequestFields
{
    string? Text(string name);

    int? Integer(string name);

    bool? Boolean(string name);

    DateTimeOffset? Time(string name);
}

/// <summary>The members of a JSON object. Unknown ones are passed over; names go in camelCase and snake_case, as ProtoJSON readers take both.</summary>
internal sealed class JsonFields(RequestMembers members) : IRequestFields
{
    public string? Text(string name) => members.Text(name);

    public int? Integer(string name) => members.Integer(name, int.MinValue, int.MaxValue);

    public bool? Boolean(string name) => members.Boolean(name);

    public DateTimeOffset? Time(string name) => members.Time(name);
}

/// <summary>The parameters of a query string. Unknown ones are passed over.</summary>
/// <remarks>Source: A2A 1.0, 11.5.</remarks>
internal sealed class QueryFields(IQueryCollection query) : IRequestFields
{
    public string? Text(string name) => query[name] switch
    {
        { Count: 0 } => null,
        [var text] => string.IsNullOrEmpty(text) ? null : text,
        _ => throw A2AException.Invalid(name, "is given more than once"),
    };

    public int? Integer(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw A2AException.Invalid(name, $"must be an integer, not '{LogText.Id(text)}'");
    }

    public bool? Boolean(string name) => Text(name) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        var text => throw A2AException.Invalid(name, $"must be true or false, not '{LogText.Id(text)}'"),
    };

    public DateTimeOffset? Time(string name) => Text(name) is not { } text ? null : TimeText.TryParse(text)
        ?? throw A2AException.Invalid(name, $"must be a time such as {TimeText.Example} (a + in it is written %2B), not '{LogText.Id(text)}'");
}
