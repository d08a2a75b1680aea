namespace OrleansRegistry;

/// <summary>Sees to it that somebody can manage a registry that asks who calls.</summary>
internal interface IFirstAdmin
{
    /// <summary>
    /// Stores the key that the settings give, or makes one where nobody has any that manages the registry. One that was taken back, or rotated, counts as
    /// not given.
    /// </summary>
    /// <param name="given">Null: none.</param>
    /// <returns>The key that was made, which is shown this once; else null.</returns>
    /// <exception cref="RegistryException">The given key has not the form of one, or the store takes no writes.</exception>
    Task<string?> EnsureAsync(string? given, CancellationToken cancellationToken);
}
