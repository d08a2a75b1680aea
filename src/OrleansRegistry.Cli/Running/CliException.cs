namespace OrleansRegistry.Cli;

/// <summary>Ends a command. The message is the one line that its user gets.</summary>
internal sealed class CliException(ExitCode code, string message, Exception? innerException = null) : Exception(message, innerException)
{
    public ExitCode Code { get; } = code;

    /// <summary>The HTTP status that it stands for; null where there was no answer.</summary>
    public int? Status { get; init; }

    public static CliException Usage(string message) => new(ExitCode.Usage, message);

    public static CliException NotFound(string message) => new(ExitCode.NotFound, message);

    public static CliException Refused(string message) => new(ExitCode.Refused, message);
}
