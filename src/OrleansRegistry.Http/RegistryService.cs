using System.Reflection;

namespace OrleansRegistry.Http;

/// <summary>What the service calls itself.</summary>
internal static class RegistryService
{
    public const string Name = "A2A Registry";

    public static string Version { get; } =
        typeof(RegistryService).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
