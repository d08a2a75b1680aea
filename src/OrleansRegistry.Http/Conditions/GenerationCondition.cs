using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Http;

/// <summary>
/// The generation that a write of a task or context expects: <c>If-Match</c> (a mismatch is 412), or <c>if_generation_match</c> in the body or
/// query (409).
/// </summary>
internal static class GenerationCondition
{
    public const string Parameter = "if_generation_match";

    /// <param name="asked">What the body or the query says.</param>
    /// <returns>Null where any will do.</returns>
    /// <exception cref="RegistryException">The two differ, or the condition is not one that a write can have.</exception>
    public static long? Read(HttpRequest request, long? asked)
    {
        if (request.Headers.IfNoneMatch.Count > 0)
        {
            throw RegistryException.Invalid("If-None-Match", "is taken by reads only");
        }

        var header = request.Headers.IfMatch;
        if (header.Count == 0)
        {
            return asked;
        }

        var generation = FromHeader(request);
        return asked is null || generation is null || asked == generation
            ? generation ?? asked
            : throw RegistryException.Invalid(Parameter, $"is {asked}, and If-Match says {generation}");
    }

    /// <summary>The same for a write that may make what is not there: <c>If-None-Match: *</c> asks for that.</summary>
    /// <returns>The generation, and whether there must be none.</returns>
    public static (long? Generation, bool IfAbsent) ReadWithAbsence(HttpRequest request, long? asked)
    {
        if (request.Headers.IfNoneMatch.Count == 0)
        {
            return (Read(request, asked), false);
        }

        return request.Headers.IfNoneMatch == "*" && request.Headers.IfMatch.Count == 0 && asked is null
            ? (null, true)
            : throw RegistryException.Invalid("If-None-Match", "of a write must be *, and stand without another condition");
    }

    /// <summary>For a write that takes no condition: to ignore one would be to write unseen.</summary>
    public static void Refuse(HttpRequest request)
    {
        if (EntityTags.AreConditionsIn(request))
        {
            throw RegistryException.Invalid(request.Headers.IfMatch.Count > 0 ? "If-Match" : "If-None-Match", "is not taken by this request");
        }
    }

    /// <summary>Whether the write is to change what is there, and make nothing.</summary>
    public static bool DemandsAny(HttpRequest request) => request.Headers.IfMatch == "*";

    private static long? FromHeader(HttpRequest request)
    {
        // Whether the thing is there at all, each write finds out by itself.
        if (DemandsAny(request))
        {
            return null;
        }

        var tags = EntityTags.Parse(request.Headers.IfMatch, "If-Match");
        if (tags.Count != 1)
        {
            throw RegistryException.Invalid("If-Match", "must be one entity tag, or *");
        }

        // A tag that nothing can have still leaves it to the write whether there is such a thing at all.
        return EntityTags.ToGeneration(tags[0]);
    }
}
