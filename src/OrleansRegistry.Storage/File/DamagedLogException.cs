namespace OrleansRegistry.Storage.Files;

/// <summary>The log holds what it cannot hold.</summary>
internal sealed class DamagedLogException(string path, long offset, string what) : Exception($"{path} is damaged at offset {offset}: {what}.");
