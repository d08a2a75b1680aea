using System.CommandLine;

namespace OrleansRegistry.Cli;

/// <summary>What commands get beside their words.</summary>
internal sealed class CommandConfiguration(GlobalOptions options, Terminal terminal) : InvocationConfiguration
{
    public GlobalOptions Options { get; } = options;

    public Terminal Terminal { get; } = terminal;
}
