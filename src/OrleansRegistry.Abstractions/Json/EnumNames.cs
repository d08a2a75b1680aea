namespace OrleansRegistry;

/// <summary>The names that the values of an enumeration have in documents. They are stored and sent: never change one.</summary>
internal sealed class EnumNames<T>(params (T Value, string Name)[] names)
    where T : struct, Enum
{
    private static readonly EqualityComparer<T> Same = EqualityComparer<T>.Default;

    /// <summary>All names, for messages: <c>this, that or another</c>.</summary>
    public string All { get; } = $"{string.Join(", ", names[..^1].Select(name => name.Name))} or {names[^1].Name}";

    /// <summary>Whether the value is one of the enumeration.</summary>
    public bool Has(T value) => Find(value) is not null;

    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
    public string Of(T value) => Find(value) ?? throw new ArgumentOutOfRangeException(nameof(value), value, null);

    /// <summary>Case-sensitive; null where there is no such name.</summary>
    public T? TryParse(string? text)
    {
        foreach (var (value, name) in names)
        {
            if (name == text)
            {
                return value;
            }
        }

        return null;
    }

    private string? Find(T value)
    {
        foreach (var (known, name) in names)
        {
            if (Same.Equals(known, value))
            {
                return name;
            }
        }

        return null;
    }
}
