namespace OrleansRegistry;

/// <summary>The limits of the page size of a list. A size outside of 1 to <see cref="Max"/>, other than the default, is <see cref="RegistryError.Invalid"/>.</summary>
/// <param name="Usual">The default page size.</param>
/// <param name="Max">The largest page size.</param>
public sealed record PageLimit(int Usual, int Max)
{
    /// <summary>The name of the page size in requests and errors.</summary>
    internal const string Field = "page_size";

    /// <summary>Lists of agents; by default all agents in one page.</summary>
    public static PageLimit Agents { get; } = new(int.MaxValue, 1000);

    /// <summary>Lists of extensions.</summary>
    public static PageLimit Extensions { get; } = new(100, 1000);

    /// <summary>Lists of tasks.</summary>
    public static PageLimit Tasks { get; } = new(50, 100);

    /// <summary>Lists of contexts.</summary>
    public static PageLimit Contexts { get; } = new(50, 100);

    /// <summary>Lists of messages, artifacts and feedback.</summary>
    public static PageLimit Items { get; } = new(100, 1000);

    /// <summary>Lists of snapshots.</summary>
    public static PageLimit Snapshots { get; } = new(50, 100);

    /// <summary>Lists of subscriptions.</summary>
    public static PageLimit Subscriptions { get; } = new(50, 100);

    /// <summary>Lists of API keys.</summary>
    public static PageLimit Keys { get; } = new(50, 100);

    /// <summary>Lists of users.</summary>
    public static PageLimit Users { get; } = new(50, 100);

    /// <summary>Lists of an agent's versions.</summary>
    public static PageLimit Versions { get; } = new(20, 100);

    /// <summary>Lists of an agent's instances.</summary>
    public static PageLimit Instances { get; } = new(100, 1000);

    /// <summary>Lists of reviews.</summary>
    public static PageLimit Reviews { get; } = new(50, 100);

    /// <summary>Lists of tenants.</summary>
    public static PageLimit Tenants { get; } = new(100, 1000);

    /// <summary>Lists of entries of an audit trail.</summary>
    public static PageLimit Audit { get; } = new(100, 1000);

    /// <summary>Lists of grants.</summary>
    public static PageLimit Grants { get; } = new(100, 1000);

    /// <summary>The rule in words, for error messages.</summary>
    internal string Rule => $"must be an integer from 1 to {Max:N0}";

    /// <summary>Checks a page size.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: it is outside of 1 to <see cref="Max"/>.</exception>
    internal void Check(int pageSize)
    {
        if (pageSize < 1 || pageSize > Max)
        {
            throw Refusal($"{pageSize}");
        }
    }

    /// <summary>The exception for a page size.</summary>
    /// <param name="found">The requested size.</param>
    internal RegistryException Refusal(string found) => RegistryException.Invalid(Field, $"{Rule}, not '{found}'");
}
