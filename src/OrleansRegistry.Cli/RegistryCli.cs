using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace OrleansRegistry.Cli;

/// <summary>The whole of the program.</summary>
internal static class RegistryCli
{
    private const int LongestMessage = 500;

    // A registry that is hosted here ends first.
    private static readonly TimeSpan EndingPatience = TimeSpan.FromSeconds(15);

    /// <summary>Runs one command.</summary>
    /// <returns>The exit code: an <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args, Terminal terminal, CancellationToken cancellationToken = default)
    {
        var options = new GlobalOptions();
        var root = Commands.Root(options);

        // @3 is a version, and no file with more arguments.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        await using var output = new StreamWriter(terminal.Output, leaveOpen: true);
        var configuration = new CommandConfiguration(options, terminal)
        {
            Output = output,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = terminal.IsProcess ? EndingPatience : null,
        };
        if (parsed.Action is ParseErrorAction wrong)
        {
            return await RefuseAsync(parsed, wrong, terminal);
        }

        try
        {
            return await parsed.InvokeAsync(configuration, cancellationToken);
        }
#pragma warning disable CA1031 // The end of the program: whatever it was is told in one line.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            var (code, text) = Faults.Explain(fault);
            terminal.WriteError(text);
            if (parsed.GetValue(options.Verbose))
            {
                terminal.WriteNote(fault.ToString());
            }

            return (int)code;
        }
    }

    /// <summary>Says in one line what is wrong with the command line, what was probably meant, and where help is.</summary>
    private static async Task<int> RefuseAsync(ParseResult parsed, ParseErrorAction wrong, Terminal terminal)
    {
        await using var said = new StringWriter();
        wrong.ShowHelp = false;
        parsed.InvocationConfiguration.Error = said;
        parsed.InvocationConfiguration.Output = said;
        wrong.Invoke(parsed);

        // It ends with the errors; before them stand the words that are near to what was not known, a line each.
        var messages = parsed.Errors.Select(error => PlainText.Short(error.Message, LongestMessage)).ToArray();
        var near = said.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(line => !line.Contains(' ') && !messages.Any(message => message.Contains(line, StringComparison.Ordinal))).Distinct().ToArray();
        var meant = near.Length > 0 ? $" Did you mean {string.Join(" or ", near)}?" : "";
        terminal.WriteError($"{messages[^1]}{meant} See: {PathOf(parsed)} --help");
        return (int)ExitCode.Usage;
    }

    private static string PathOf(ParseResult parsed)
    {
        var path = new List<string>();
        for (SymbolResult? at = parsed.CommandResult; at is not null; at = at.Parent)
        {
            path.Insert(0, ((CommandResult)at).Command.Name);
        }

        path[0] = Commands.Name;
        return string.Join(' ', path);
    }
}
