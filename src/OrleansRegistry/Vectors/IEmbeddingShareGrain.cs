namespace OrleansRegistry.Vectors;

/// <summary>Tells the processes that embed agents of one another. Keeps nothing: each says every few seconds that it is there.</summary>
[Alias("registry.IEmbeddingShareGrain")]
internal interface IEmbeddingShareGrain : IGrainWithStringKey
{
    /// <summary>The caller is there, for some seconds.</summary>
    /// <param name="process">Names it, and no other.</param>
    /// <returns>Those that are there, in the order of their names.</returns>
    [Alias("Join")]
    Task<string[]> Join(string process);
}
