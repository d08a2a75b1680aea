using System.Collections;
using System.Text;
using Spectre.Console;

namespace OrleansRegistry.Cli;

/// <summary>Where a command reads and writes, and what surrounds it. Tests have their own.</summary>
internal sealed class Terminal
{
    // What is read by another program is not cut into lines.
    private const int WidthOfNoTerminal = 100_000;

    public required Stream Input { get; init; }

    public required Stream Output { get; init; }

    public required TextWriter Error { get; init; }

    public bool OutputIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    /// <summary>It is the process's own: signals end the command.</summary>
    public bool IsProcess { get; init; }

    /// <summary>In columns.</summary>
    public int Width { get; init; } = 120;

    /// <summary>Asks for a line that is not shown as it is typed; null where nobody can be asked.</summary>
    public Func<string, string?>? AskHidden { get; init; }

    /// <summary>The environment.</summary>
    public required IReadOnlyDictionary<string, string?> Variables { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public static Terminal OfProcess() => new()
    {
        Input = Console.OpenStandardInput(),
        Output = Console.OpenStandardOutput(),
        Error = Console.Error,
        OutputIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        IsProcess = true,
        Width = WindowWidth(),
        AskHidden = Console.IsInputRedirected ? null : ReadHidden,
        Variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value, StringComparer.Ordinal),
    };

    /// <summary>A variable of the environment; null where it is not set, or empty.</summary>
    public string? Variable(string name) => Variables.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;

    /// <summary>One line about what went wrong.</summary>
    public void WriteError(string message)
    {
        var line = PlainText.Of(message);
        if (ErrorIsTerminal && HasColours)
        {
            ErrorConsole().MarkupLineInterpolated($"[red]registry:[/] {line}");
        }
        else
        {
            Error.WriteLine($"registry: {line}");
        }
    }

    /// <summary>One line beside the output, such as how much of a list was left out.</summary>
    public void WriteNote(string message) => Error.WriteLine(message);

    /// <summary>For tables and colours on the standard output.</summary>
    public IAnsiConsole OutputConsole(TextWriter output) => Create(output, OutputIsTerminal, OutputIsTerminal ? Width : WidthOfNoTerminal);

    /// <summary>For progress and errors.</summary>
    public IAnsiConsole ErrorConsole() => Create(Error, ErrorIsTerminal, Width);

    private static string ReadHidden(string question)
    {
        Console.Error.Write(question);
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                typed.Length -= Math.Min(1, typed.Length);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                typed.Append(key.KeyChar);
            }
        }

        Console.Error.WriteLine();
        return typed.ToString();
    }

    /// <summary>Of the terminal that the output or the errors go to.</summary>
    private static int WindowWidth()
    {
        try
        {
            return Math.Max(Console.WindowWidth, 40);
        }
        catch (IOException)
        {
            return 80;
        }
    }

    private bool HasColours => Variable("NO_COLOR") is null && Variable("TERM") != "dumb";

    private IAnsiConsole Create(TextWriter writer, bool isTerminal, int width)
    {
        var colours = isTerminal && HasColours;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal && Variable("TERM") != "dumb" ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = width;
        return console;
    }
}
