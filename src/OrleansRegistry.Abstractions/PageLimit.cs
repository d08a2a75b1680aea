namespace OrleansRegistry;

/// <summary>How many entries a page of a list may have. Every list is judged by it, whoever asks.</summary>
/// <param name="Usual">The size of a page unless another is asked for.</param>
/// <param name="Max">The largest size that can be asked for.</param>
public sealed record PageLimit(int Usual, int Max)
{
    /// <summary>What requests and errors call the size.</summary>
    public const string Field = "page_size";

    /// <summary>Of agents: all of them unless a size is asked for.</summary>
    public static PageLimit Agents { get; } = new(int.MaxValue, 1000);

    public static PageLimit Extensions { get; } = new(100, 1000);

    public static PageLimit Tasks { get; } = new(50, 100);

    public static PageLimit Contexts { get; } = new(50, 100);

    /// <summary>Of messages, artifacts and feedback.</summary>
    public static PageLimit Items { get; } = new(100, 1000);

    /// <summary>The rule as errors say it.</summary>
    public string Rule => $"must be an integer from 1 to {Max:N0}";

    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: it is not from 1 to <see cref="Max"/>.</exception>
    public void Check(int pageSize)
    {
        if (pageSize < 1 || pageSize > Max)
        {
            throw Refusal($"{pageSize}");
        }
    }

    /// <summary>The refusal of a size.</summary>
    /// <param name="found">The size as it was asked for.</param>
    public RegistryException Refusal(string found) => RegistryException.Invalid(Field, $"{Rule}, and is '{found}'");
}
