using System.Runtime.CompilerServices;

namespace OrleansRegistry.Tests.Shared;

/// <summary>Servers of these tests, and those in processes that they start, load no model: that takes a second and 300 MB each.</summary>
internal static class NoEmbeddings
{
    [ModuleInitializer]
    internal static void Set() => Environment.SetEnvironmentVariable("REGISTRY_EMBEDDINGS", "none");
}
