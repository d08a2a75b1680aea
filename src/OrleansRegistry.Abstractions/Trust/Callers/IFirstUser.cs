namespace OrleansRegistry;

/// <summary>Sees to it that somebody can log in to a registry that has logins.</summary>
internal interface IFirstUser
{
    /// <summary>
    /// Makes the user <c>admin</c> who manages the registry, where no user does. A password that one was made with before, who was taken back since, counts
    /// as not given.
    /// </summary>
    /// <param name="given">Its password; null: one is made.</param>
    /// <returns>The password that was made, which is shown this once; else null.</returns>
    /// <exception cref="RegistryException">The given password cannot be one, or the store takes no writes.</exception>
    Task<string?> EnsureAsync(string? given, CancellationToken cancellationToken);
}
