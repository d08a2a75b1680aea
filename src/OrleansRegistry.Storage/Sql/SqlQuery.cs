using System.Text;

namespace OrleansRegistry.Storage;

/// <summary>A query being built. Queries of the same shape have the same text, so that each is planned once a connection.</summary>
internal sealed class SqlQuery
{
    private readonly List<object> parameters = [];

    public StringBuilder Sql { get; } = new();

    /// <summary>In the order of their numbers: string, string[], DateTime (UTC), long.</summary>
    public IReadOnlyList<object> Parameters => parameters;

    /// <summary>Adds a parameter.</summary>
    /// <returns>How the text names it.</returns>
    public string Add(object value)
    {
        parameters.Add(value);
        return $"${parameters.Count}";
    }
}
