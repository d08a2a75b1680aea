namespace OrleansRegistry;

/// <summary>
/// Makes vectors of texts: the more alike two texts are in meaning, the smaller the angle between their vectors. May be called by any number of threads.
/// </summary>
public interface ITextEmbedder
{
    /// <summary>
    /// Names the model, and all else that its vectors depend on: those of another name are made anew, and never compared with these. 1 to 200 characters.
    /// </summary>
    string Model { get; }

    /// <summary>The most texts that one call takes, from 1.</summary>
    int MaxBatch { get; }

    /// <summary>Makes the vectors of 1 to <see cref="MaxBatch"/> texts. What a model cannot take of a long text is left out.</summary>
    /// <returns>One vector for each text, in their order: all of one length, finite, and not zero.</returns>
    /// <exception cref="EmbeddingException">It does not work now, or not at all.</exception>
    Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken = default);
}

/// <summary>Texts could not be embedded. The message says why, and holds no key.</summary>
public sealed class EmbeddingException(string message, Exception? innerException = null) : Exception(message, innerException);
