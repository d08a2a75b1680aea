namespace OrleansRegistry;

/// <summary>How large what this registry accepts may be. A front end has it from the services, and makes room for it in its requests.</summary>
/// <param name="MaxCardBytes">The largest agent card, in bytes.</param>
/// <param name="MaxMessageBytes">The largest message, artifact, metadata object or feedback, in bytes.</param>
public sealed record RegistryLimits(int MaxCardBytes, int MaxMessageBytes);
