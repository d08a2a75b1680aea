namespace OrleansRegistry.Objects.Cloud;

/// <summary>The body of an answer, from one byte of an object on.</summary>
/// <param name="Stream">Its bytes.</param>
/// <param name="Length">How many they are.</param>
internal sealed record CloudBody(Stream Stream, long Length);
