using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Http;

/// <summary>The condition on an agent's revision that <c>If-Match</c> and <c>If-None-Match</c> of a write are.</summary>
/// <remarks>Source: RFC 9110, 13.1.</remarks>
internal static class RevisionCondition
{
    /// <exception cref="RegistryException">The headers are no condition that a write can have.</exception>
    public static WriteCondition Read(HttpRequest request)
    {
        var ifMatch = request.Headers.IfMatch;
        var ifNoneMatch = request.Headers.IfNoneMatch;
        if (ifNoneMatch.Count > 0)
        {
            return ifMatch.Count == 0 && ifNoneMatch == "*"
                ? new WriteCondition(IfAbsent: true)
                : throw RegistryException.Invalid("If-None-Match", "of a write must be *, and stand without If-Match");
        }

        if (ifMatch.Count == 0)
        {
            return default;
        }

        if (ifMatch == "*")
        {
            return new WriteCondition { IfExists = true };
        }

        // A tag that no agent can have, or a weak one, matches none.
        long[] revisions = [.. EntityTags.Parse(ifMatch, "If-Match").Select(EntityTags.ToRevision).Where(revision => revision >= 0)];
        return revisions is [var one] ? new WriteCondition(one) : new WriteCondition { IfRevisionIn = revisions };
    }
}
