using System.CommandLine;

namespace OrleansRegistry.Cli;

/// <summary>A command: its words, its help and what it does. <see cref="Commands"/> lists them.</summary>
internal abstract class RegistryCommand : Command
{
    /// <param name="examples">Whole command lines, for <c>--help</c>; what follows two spaces and a <c>#</c> says what for.</param>
    protected RegistryCommand(string name, string description, params string[] examples)
        : base(name, description)
    {
        Examples = examples;
        SetAction(async (parsed, cancellationToken) =>
        {
            await using var call = new CommandCall(parsed, cancellationToken);
            try
            {
                return (int)await RunAsync(call);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return (int)ExitCode.Interrupted;
            }
        });
    }

    public IReadOnlyList<string> Examples { get; }

    protected abstract Task<ExitCode> RunAsync(CommandCall call);
}

/// <summary>A word that commands stand behind, such as <c>agents</c>.</summary>
internal sealed class CommandGroup : Command
{
    public CommandGroup(string name, string description, params RegistryCommand[] commands)
        : base(name, description)
    {
        foreach (var command in commands)
        {
            Add(command);
        }
    }
}
