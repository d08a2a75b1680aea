namespace OrleansRegistry.Storage;

/// <summary>What the queries of lists say in another way on each database. Parameters are <c>$1</c>, <c>$2</c>, … on both.</summary>
internal abstract class SqlDialect
{
    /// <summary>True where the column is one of the texts in the parameter, which is sent as an array of them.</summary>
    public abstract string IsOneOf(string column, string parameter);

    /// <summary>A table <c>asked (value, place)</c> of the texts in the parameter.</summary>
    public abstract string Asked(string parameter);

    /// <summary>One column with all values of the subquery's column, as an array.</summary>
    public abstract string Collect(string column, string subquery);
}
