namespace OrleansRegistry.Model;

/// <summary>
/// A request that was carried out, kept with what it changed and written by the same write: sent again, it is answered and not carried out again.
/// </summary>
/// <param name="Key">Of <see cref="RequestMarks.KeyOf"/>: who sent it, and by which key.</param>
/// <param name="Print">What was asked for: see <see cref="RequestPrint"/>.</param>
/// <param name="At">When it was carried out.</param>
/// <param name="Result">What it made: a generation, or a number or count where the request has such a result.</param>
[GenerateSerializer, Immutable, Alias("registry.RequestMark")]
public sealed record RequestMark([property: Id(0)] string Key, [property: Id(1)] string Print, [property: Id(2)] DateTimeOffset At, [property: Id(3)] long Result)
{
    /// <summary>Members of the stored mark that a newer version wrote, carried through changes; empty where there are none.</summary>
    [Id(31)]
    public RawJson Unknown { get; init; }
}

/// <summary>The newest requests of one task, context or agent: up to <see cref="Most"/>, for <see cref="Kept"/>.</summary>
public static class RequestMarks
{
    /// <summary>How many are kept with one thing.</summary>
    public const int Most = 16;

    /// <summary>How a key is called in an error: the header that carries it.</summary>
    public const string Field = "Idempotency-Key";

    /// <summary>How long a request can be asked for again.</summary>
    public static TimeSpan Kept { get; } = TimeSpan.FromDays(1);

    /// <exception cref="RegistryException">It is empty, longer than 256 characters, or holds control characters.</exception>
    public static void CheckKey(string? key)
    {
        if (key is not null)
        {
            AgentRules.CheckId(key, Field);
        }
    }

    /// <summary>A key means something to the subject that sent it alone.</summary>
    public static string KeyOf(Caller caller, string kind = "key", string? key = null) => DerivedId.For(kind, caller.Subject, key ?? caller.IdempotencyKey!);

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
    public static IReadOnlyList<RequestMark> Add(IReadOnlyList<RequestMark>? marks, Caller caller, Func<RequestPrint> print, DateTimeOffset now, long result) =>
        caller.IdempotencyKey is null ? marks ?? [] : Add(marks, new RequestMark(KeyOf(caller), print().ToString(), now, result));

    /// <summary>The mark of a request whose result its writer tells; null where it has no key.</summary>
    public static RequestMark? Of(Caller caller, Func<RequestPrint> print, DateTimeOffset now) =>
        caller.IdempotencyKey is null ? null : new RequestMark(KeyOf(caller), print().ToString(), now, Result: 0);

    /// <exception cref="RegistryException"><see cref="RegistryError.KeyReused"/>: it was another request.</exception>
    public static void Check(RequestMark mark, RequestPrint request) => Check(mark, request.ToString());

    /// <inheritdoc cref="Check(RequestMark, RequestPrint)"/>
    public static void Check(RequestMark mark, string print)
    {
        if (RequestPrint.Differences(mark.Print, print) is { Count: > 0 } differ)
        {
            throw new RegistryException(
                RegistryError.KeyReused,
                $"{Field}: this key was sent with another request, which differs in {string.Join(", ", differ)}. A key goes with one request, sent as often as need be; take a new one.",
                Field);
        }
    }
}
