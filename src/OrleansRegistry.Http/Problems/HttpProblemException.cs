namespace OrleansRegistry.Http;

/// <summary>A refusal that only HTTP knows: a method, a media type, a page that is not there.</summary>
internal sealed class HttpProblemException(int status, string detail, string? field = null) : Exception(detail)
{
    public int Status { get; } = status;

    public string? Field { get; } = field;

    /// <summary>The methods that a 405 allows.</summary>
    public string? Allow { get; init; }
}
