using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace OrleansRegistry.Cli;

/// <summary>Help, with examples of the command, and for the whole program the exit codes.</summary>
internal sealed class HelpPage(HelpAction usual) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        var code = usual.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var command = parseResult.CommandResult.Command;
        Write(output, "Examples:", ExamplesOf(command));
        if (command is RootCommand)
        {
            Write(output, "Exit codes:", ExitCodes.All.Select(exit => $"{(int)exit.Code,-4} {exit.Meaning}"));
        }

        return code;
    }

    /// <summary>A command's own, or the first of each command behind a word.</summary>
    private static IEnumerable<string> ExamplesOf(Command command) => command switch
    {
        RegistryCommand own => own.Examples,
        _ => command.Subcommands.SelectMany(behind => ExamplesOf(behind).Take(1)),
    };

    private static void Write(TextWriter output, string heading, IEnumerable<string> lines)
    {
        output.WriteLine(heading);
        foreach (var line in lines)
        {
            output.WriteLine($"  {line}");
        }

        output.WriteLine();
    }
}
