namespace OrleansRegistry.Cli;

/// <summary>What the program ends with. <c>docs/cli.md</c> and <c>--help</c> have the table.</summary>
internal enum ExitCode
{
    /// <summary>Done.</summary>
    Done = 0,

    /// <summary>It failed in some other way; the registry's log may say more.</summary>
    Failed = 1,

    /// <summary>The command line, or a setting, is wrong. Nothing was tried.</summary>
    Usage = 2,

    /// <summary>There is no such agent, task, context, file or store.</summary>
    NotFound = 3,

    /// <summary>Refused: invalid input, a condition that does not hold, no right to it. Of several, one or more.</summary>
    Refused = 4,

    /// <summary>The registry does not answer, or its store cannot be used now.</summary>
    Unreachable = 5,

    /// <summary>Interrupted, as by Ctrl+C.</summary>
    Interrupted = 130,
}

internal static class ExitCodes
{
    /// <summary>The table of <c>--help</c>.</summary>
    public static (ExitCode Code, string Meaning)[] All { get; } =
    [
        (ExitCode.Done, "done"),
        (ExitCode.Failed, "failed; the registry's log may say more"),
        (ExitCode.Usage, "the command line or a setting is wrong; nothing was tried"),
        (ExitCode.NotFound, "there is no such agent, task, context, file or store"),
        (ExitCode.Refused, "refused: invalid input, a condition that does not hold, no right to it (of several, one or more)"),
        (ExitCode.Unreachable, "the registry does not answer, or its store cannot be used now"),
        (ExitCode.Interrupted, "interrupted, as by Ctrl+C"),
    ];

    /// <summary>The exit code for an HTTP status that is no success.</summary>
    public static ExitCode OfStatus(int status) => status switch
    {
        404 or 410 => ExitCode.NotFound,
        429 or 502 or 503 or 504 => ExitCode.Unreachable,
        501 or (>= 400 and < 500) => ExitCode.Refused,
        _ => ExitCode.Failed,
    };

    /// <summary>The worse of two results, where a command did several things.</summary>
    public static ExitCode Worse(ExitCode one, ExitCode other) => one > other ? one : other;
}
