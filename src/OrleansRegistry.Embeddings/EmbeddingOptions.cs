namespace OrleansRegistry.Embeddings;

/// <summary>What makes vectors of texts for the search by meaning.</summary>
public sealed class EmbeddingOptions
{
    internal const string None = "none";
    internal const string Local = "local";

    /// <summary>
    /// <c>local</c>: all-MiniLM-L6-v2 in this process; <c>none</c>: no search by meaning; else the URL of an endpoint that takes requests as OpenAI's for
    /// embeddings does (<c>REGISTRY_EMBEDDINGS</c>).
    /// </summary>
    public string Source { get; set; } = Local;

    /// <summary>The model of the endpoint (<c>REGISTRY_EMBEDDINGS_MODEL</c>); null otherwise.</summary>
    public string? Model { get; set; }

    /// <summary>What the endpoint is sent as a bearer token (<c>REGISTRY_EMBEDDINGS_KEY</c>); null for nothing.</summary>
    public string? Key { get; set; }

    /// <summary>How many texts the endpoint gets at once, 1 to 2,048 (<c>REGISTRY_EMBEDDINGS_BATCH</c>).</summary>
    public int Batch { get; set; } = 32;

    /// <summary>How long the endpoint may take for a batch (<c>REGISTRY_EMBEDDINGS_TIMEOUT_SECONDS</c>).</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many threads the local model uses for one text (<c>REGISTRY_EMBEDDINGS_THREADS</c>).</summary>
    public int Threads { get; set; } = Math.Clamp(Environment.ProcessorCount / 2, 1, 4);

    /// <summary>The pause before a request that failed is made again, the first time.</summary>
    internal TimeSpan Pause { get; set; } = TimeSpan.FromSeconds(1);

    internal bool IsEndpoint => Source is not (None or Local);
}
