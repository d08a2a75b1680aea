namespace OrleansRegistry.Cli.Data;

/// <summary>An export ended before its end.</summary>
/// <param name="lastRecord">The record that the next export can go on after; null where it must begin anew.</param>
internal sealed class CutOffException(string message, string? lastRecord, Exception? innerException = null) : Exception(message, innerException)
{
    public string? LastRecord { get; } = lastRecord;
}
