namespace OrleansRegistry.Client;

/// <summary>How a <see cref="RegistryClient"/> calls its registry.</summary>
public sealed class RegistryClientOptions
{
    /// <summary>
    /// Where the registry answers, such as <c>http://127.0.0.1:8080</c>; a path in it is that of a gateway. Null: the base address of the given
    /// <see cref="HttpClient"/>.
    /// </summary>
    public Uri? BaseAddress { get; set; }

    /// <summary>
    /// On whose behalf calls are made that name <see cref="OrleansRegistry.Caller.Default"/>. Null: they carry no caller headers, and the registry or the
    /// gateway in front of it decides.
    /// </summary>
    public Caller? Caller { get; set; }

    /// <summary>Headers of every request, such as <c>Authorization</c>.</summary>
    public IDictionary<string, string> Headers { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Names the token that a request carries (<c>Authorization: Bearer</c>), asked for each; null from it: none. <see cref="RegistryToken"/> has some.
    /// Where <see cref="Headers"/> has <c>Authorization</c>, that is sent.
    /// </summary>
    public Func<CancellationToken, ValueTask<string?>>? Token { get; set; }

    /// <summary>
    /// How often a call is repeated that the registry did not answer, or answered with 503: 0 to 100, by default 8, which takes about 15 seconds.
    /// Writes carry an idempotency key, so that a repetition is carried out once.
    /// </summary>
    public int Retries { get; set; } = 8;

    /// <summary>The longest pause before a repetition; one that the registry asks for (<c>Retry-After</c>) may be up to this long too. 5 seconds.</summary>
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long one request may take, beside the time that it asks the registry to wait. 100 seconds.</summary>
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>False: a registry that does not answer at all is not asked again.</summary>
    internal bool RetriesUnreachable { get; init; } = true;

    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    internal static void Check(RegistryClientOptions options)
    {
        if (options.Retries is < 0 or > 100)
        {
            throw new ArgumentException($"{nameof(Retries)} must be from 0 to 100, not {options.Retries}.", nameof(options));
        }

        if (options.LongestPause < TimeSpan.Zero || options.AnswerTimeout <= TimeSpan.Zero)
        {
            throw new ArgumentException(
                $"{nameof(LongestPause)} and {nameof(AnswerTimeout)} must not be negative, nor the time-out zero.",
                nameof(options));
        }
    }
}
