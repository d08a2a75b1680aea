namespace OrleansRegistry.Benchmarks;

internal static class EngineName
{
    /// <summary>The engine this was built with, told by the assembly that brings the grain base class.</summary>
    public static string Current => typeof(Grain).Assembly.GetName().Name == "EmbeddedOrleans" ? "Embedded" : "Orleans";
}
