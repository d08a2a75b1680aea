using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Http;

/// <summary>A refusal that only HTTP knows: of a method, a media type, a caller that is not named.</summary>
internal class HttpProblemException(int status, string detail, string? field = null) : BadHttpRequestException(detail, status)
{
    public string? Field { get; } = field;

    /// <summary>A header that the answer needs, such as the methods that a 405 allows.</summary>
    public (string Name, string Value)? Header { get; init; }
}
