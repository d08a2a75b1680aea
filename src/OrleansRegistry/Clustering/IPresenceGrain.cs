namespace OrleansRegistry.Clustering;

/// <summary>
/// Tells the processes of one kind of one another: those that embed by one model, those that serve. Keeps nothing: each says every few seconds that it
/// is there. Its first use gave it its name between silos.
/// </summary>
[Alias("registry.IEmbeddingShareGrain")]
internal interface IPresenceGrain : IGrainWithStringKey
{
    /// <summary>The caller is there, for some seconds.</summary>
    /// <param name="process">Names it, and no other.</param>
    /// <returns>Those that are there, in the order of their names.</returns>
    [Alias("Join")]
    Task<string[]> Join(string process);
}
