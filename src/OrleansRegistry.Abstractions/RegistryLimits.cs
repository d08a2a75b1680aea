namespace OrleansRegistry;

/// <summary>The size limits of this registry, for front ends: registered as a service, they size request limits by it.</summary>
/// <param name="MaxCardBytes">The largest agent card, in bytes.</param>
/// <param name="MaxMessageBytes">The largest message, artifact, metadata object or feedback, in bytes.</param>
internal sealed record RegistryLimits(int MaxCardBytes, int MaxMessageBytes);
