namespace OrleansRegistry.Requests;

/// <summary>The newest requests of one task, context or agent: up to <see cref="Most"/>, for <see cref="Kept"/>.</summary>
internal static class RequestMarks
{
    /// <summary>How many are kept with one thing.</summary>
    public const int Most = 16;

    /// <summary>How long a request can be asked for again.</summary>
    public static TimeSpan Kept { get; } = TimeSpan.FromDays(1);

    /// <summary>A key means something to the subject that sent it alone.</summary>
    public static string KeyOf(Caller caller, string kind = "key", string? key = null) =>
        DerivedId.For(kind, caller.Subject, key ?? caller.IdempotencyKey!);

    /// <summary>The request that this caller sent before by the same key; null where it sent none, or has no key.</summary>
    public static RequestMark? Find(IReadOnlyList<RequestMark>? marks, Caller caller, DateTimeOffset now) =>
        caller.IdempotencyKey is null ? null : Find(marks, KeyOf(caller), now);

    /// <inheritdoc cref="Find(IReadOnlyList{RequestMark}?, Caller, DateTimeOffset)"/>
    public static RequestMark? Find(IReadOnlyList<RequestMark>? marks, string key, DateTimeOffset now)
    {
        foreach (var mark in marks ?? [])
        {
            if (mark.Key == key && now - mark.At < Kept)
            {
                return mark;
            }
        }

        return null;
    }

    /// <summary>The marks with one more, less those that are too old or too many.</summary>
    public static IReadOnlyList<RequestMark> Add(IReadOnlyList<RequestMark>? marks, RequestMark mark) =>
        [.. (marks ?? []).Where(known => mark.At - known.At < Kept && known.Key != mark.Key).TakeLast(Most - 1), mark];

    /// <summary>The marks with this caller's request; as they are where it has no key.</summary>
    public static IReadOnlyList<RequestMark> Add(
        IReadOnlyList<RequestMark>? marks,
        Caller caller,
        Func<RequestFingerprint> print,
        DateTimeOffset now,
        long result) =>
        caller.IdempotencyKey is null ? marks ?? [] : Add(marks, new RequestMark(KeyOf(caller), print().ToString(), now, result));

    /// <summary>The mark of a request whose result its writer tells; null where it has no key.</summary>
    public static RequestMark? Of(Caller caller, Func<RequestFingerprint> print, DateTimeOffset now) =>
        caller.IdempotencyKey is null ? null : new RequestMark(KeyOf(caller), print().ToString(), now, Result: 0);

    /// <exception cref="RegistryException"><see cref="RegistryError.KeyReused"/>: it was another request.</exception>
    public static void Check(RequestMark mark, RequestFingerprint request) => Check(mark, request.ToString());

    /// <inheritdoc cref="Check(RequestMark, RequestFingerprint)"/>
    public static void Check(RequestMark mark, string print)
    {
        if (RequestFingerprint.Differences(mark.Print, print) is { Count: > 0 } differ)
        {
            throw new RegistryException(
                RegistryError.KeyReused,
                $"{Identifiers.KeyField}: this key was sent with another request, which differs in {string.Join(", ", differ)}. A key goes with one "
                    + "request, sent as often as need be; take a new one.",
                Identifiers.KeyField);
        }
    }
}
